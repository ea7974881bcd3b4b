using System.Collections;
using System.Net;
using System.Reflection;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>
/// Finds collections that contain themselves before they are formatted. The formatters of .NET Interactive would follow them until the
/// stack is full, which ends the process. <see cref="BoundedWriter"/> cannot stop that, because they make writers of their own.
/// </summary>
internal static class EndlessEnumeration
{
    private const int Deepest = 30;
    private const int MostItems = 2_000;
    private const int MostShown = 20;

    [ThreadStatic]
    private static int _depth;

    /// <summary>Registers a formatter that ends for those of a cell's types that enumerate themselves.</summary>
    public static void RegisterTypes(Assembly submission)
    {
        foreach (
            var type in submission
                .GetTypes()
                .Where(type => type is { IsClass: true, ContainsGenericParameters: false } && EnumeratesItself(type))
        )
        {
            Formatter.Register(type, Write, ValueFormatting.Plain);
            Formatter.Register(
                type,
                (value, writer) =>
                {
                    using var text = new StringWriter();
                    Write(value, text);
                    writer.Write($"<pre>{WebUtility.HtmlEncode(text.ToString())}</pre>");
                },
                ValueFormatting.Html
            );
        }
    }

    /// <summary>Whether a collection's items, and their items in turn, go on without end.</summary>
    public static bool IsEndless(object value)
    {
        var items = 0;
        return value is ICollection collection && !IsPlain(value.GetType()) && IsEndless(collection, 0, ref items);
    }

    private static bool IsEndless(IEnumerable value, int depth, ref int items)
    {
        if (depth > Deepest)
        {
            return true;
        }

        foreach (var item in value)
        {
            if (++items > MostItems)
            {
                return false;
            }

            if (item is ICollection inner && !IsPlain(inner.GetType()) && IsEndless(inner, depth + 1, ref items))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the items cannot be collections, as in most collections that are shown.</summary>
    private static bool IsPlain(Type type) =>
        ElementTypes(type).FirstOrDefault() is { } element
        && (element.IsPrimitive || element.IsSealed && !typeof(IEnumerable).IsAssignableFrom(element) || element == typeof(string));

    private static bool EnumeratesItself(Type type) =>
        ElementTypes(type).Any(element => element != typeof(object) && element.IsAssignableFrom(type));

    private static IEnumerable<Type> ElementTypes(Type type) =>
        type.GetInterfaces()
            .Where(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(one => one.GetGenericArguments()[0]);

    private static void Write(object value, TextWriter writer)
    {
        if (_depth >= 3)
        {
            writer.Write(value.ToString());
            return;
        }

        _depth++;
        try
        {
            var shown = 0;
            foreach (var item in (IEnumerable)value)
            {
                writer.Write(shown == 0 ? "[ " : ", ");
                if (++shown > MostShown)
                {
                    writer.Write("...");
                    break;
                }

                writer.Write(item.ToDisplayString(ValueFormatting.Plain));
            }

            writer.Write(shown == 0 ? "[  ]" : " ]");
        }
        finally
        {
            _depth--;
        }
    }
}
