using System.Reflection;

namespace CnnTutorial;

/// <summary>What the notebook program that runs the library offers, found at run time.</summary>
/// <remarks>
/// .NET Interactive (Polyglot Notebooks) and this project's NotebookHost both have a type
/// <c>Microsoft.DotNet.Interactive.KernelInvocationContext</c>. There is no package to reference for it everywhere, and a reference would
/// tie the library to one host; so its members are looked up by name. <c>display(x).Update(y)</c> is not used, since in the newest .NET
/// Interactive the update makes a second display.
/// </remarks>
internal sealed class HostContext
{
    private const string ContextTypeName = "Microsoft.DotNet.Interactive.KernelInvocationContext";

    private readonly object _context;
    private readonly Type _type;

    private HostContext(object context, Type type)
    {
        _context = context;
        _type = type;
    }

    /// <summary>The running cell's context, or null outside a notebook.</summary>
    public static HostContext? Current =>
        FindType() is { } type && type.GetProperty("Current", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is { } context
            ? new HostContext(context, type)
            : null;

    /// <summary>Cancelled when the learner presses the stop button.</summary>
    public static CancellationToken CancellationToken =>
        Current is { } current && current._type.GetProperty("CancellationToken")?.GetValue(current._context) is CancellationToken token
            ? token
            : CancellationToken.None;

    /// <summary>The notebook program and its version in words.</summary>
    public static string Name
    {
        get
        {
            if (FindType()?.Assembly.GetName() is not { } assembly)
            {
                return "none (a console program)";
            }

            var program = assembly.Name == "Microsoft.DotNet.Interactive" ? ".NET Interactive" : assembly.Name;
            return $"{program} {assembly.Version?.ToString(3)}";
        }
    }

    /// <summary>Displays a value in the running cell.</summary>
    /// <returns>A function that replaces what is shown, or null if the host cannot do that.</returns>
    public Action<object>? Display(object value)
    {
        var display = _type
            .Assembly.GetType("Microsoft.DotNet.Interactive.KernelInvocationContextExtensions")
            ?.GetMethod("Display", [_type, typeof(object), typeof(string[])]);
        var displayed = display?.Invoke(null, [_context, value, Array.Empty<string>()]);
        var update = displayed?.GetType().GetMethod("Update", [typeof(object)]);
        return update is null ? null : next => update.Invoke(displayed, [next]);
    }

    private static Type? FindType() =>
        AppDomain
            .CurrentDomain.GetAssemblies()
            .Where(assembly => !assembly.IsDynamic)
            .Select(assembly => assembly.GetType(ContextTypeName))
            .FirstOrDefault(type => type is not null);
}
