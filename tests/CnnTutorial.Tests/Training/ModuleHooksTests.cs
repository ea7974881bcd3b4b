using System.Collections;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Training;

public sealed class ModuleHooksTests
{
    [Fact]
    public void A_hook_before_or_after_a_layer_is_seen()
    {
        Assert.False(Hooked(_ => { }));
        Assert.True(Hooked(layer => layer.register_forward_hook((_, _, output) => output)));
        Assert.True(Hooked(layer => layer.register_forward_pre_hook((_, input) => input)));
    }

    [Fact]
    public void A_hook_that_was_removed_is_no_longer_seen()
    {
        using var layer = ReLU();
        layer.register_forward_hook((_, _, output) => output).remove();
        Assert.False(ModuleHooks.Exist(layer));
    }

    [Fact]
    public void A_version_of_TorchSharp_that_names_its_fields_otherwise_is_reported()
    {
        Assert.Equal(4, ModuleHooks.FieldsOf(typeof(AsNow)).Length);
        var renamed = Assert.Throws<MissingFieldException>(() => ModuleHooks.FieldsOf(typeof(Renamed)));
        Assert.Contains("no hooks in a field 'module_post_hooks' of Renamed", renamed.Message, StringComparison.Ordinal);
        var other = Assert.Throws<MissingFieldException>(() => ModuleHooks.FieldsOf(typeof(OtherType)));
        Assert.Contains("'pre_hooks'", other.Message, StringComparison.Ordinal);
    }

    private static bool Hooked(Action<torch.nn.Module<torch.Tensor, torch.Tensor>> hook)
    {
        using var layer = ReLU();
        hook(layer);
        return ModuleHooks.Exist(layer);
    }

#pragma warning disable CS0169, IDE0051, IDE0044, CA1823, IDE1006 // Fields that only reflection looks at.
    private sealed class AsNow
    {
        private Hashtable? pre_hooks;
        private Hashtable? post_hooks;
        private Hashtable? module_pre_hooks;
        private Hashtable? module_post_hooks;
    }

    private sealed class Renamed
    {
        private Hashtable? pre_hooks;
        private Hashtable? post_hooks;
        private Hashtable? module_pre_hooks;
        private Hashtable? module_hooks_after;
    }

    private sealed class OtherType
    {
        private List<int>? pre_hooks;
        private Hashtable? post_hooks;
        private Hashtable? module_pre_hooks;
        private Hashtable? module_post_hooks;
    }
#pragma warning restore CS0169, IDE0051, IDE0044, CA1823, IDE1006
}
