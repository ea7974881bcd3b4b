using System.Collections;
using System.Reflection;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial;

/// <summary>Whether functions of the learner's own run before or after a layer (<c>register_forward_hook</c> and its like).</summary>
/// <remarks>TorchSharp has no public way to ask, so this reads its private fields. If a version names them differently, the first use
/// throws, because a hook that is silently ignored would give a learner wrong figures.</remarks>
internal static class ModuleHooks
{
    // Declared before the fields, which are looked up by these names.
    private static readonly string[] Names = ["pre_hooks", "post_hooks", "module_pre_hooks", "module_post_hooks"];
    private static readonly FieldInfo[] Fields = FieldsOf(
        typeof(HookableModule<Func<Module<Tensor, Tensor>, Tensor, Tensor>, Func<Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>)
    );

    /// <summary>Whether a module has a hook.</summary>
    public static bool Exist(Module<Tensor, Tensor> module) => Fields.Any(field => field.GetValue(module) is IDictionary { Count: > 0 });

    /// <summary>The four fields in which a class of TorchSharp keeps its hooks.</summary>
    /// <exception cref="MissingFieldException">One is missing, or does not hold a dictionary.</exception>
    internal static FieldInfo[] FieldsOf(Type type) =>
        [
            .. Names.Select(name =>
                type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic) is { } field
                && field.FieldType.IsAssignableTo(typeof(IDictionary))
                    ? field
                    : throw new MissingFieldException(
                        $"This version of TorchSharp keeps no hooks in a field '{name}' of {type.Name}, so the course cannot see "
                            + "whether a layer has some; use the version that Directory.Build.props names."
                    )
            ),
        ];
}
