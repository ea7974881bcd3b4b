using TorchSharp;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>The device on which a network is trained. Shows itself as a small card.</summary>
public sealed class Accelerator : IHtmlDisplay
{
    private readonly AcceleratorChoice _choice;

    private Accelerator(AcceleratorChoice choice, string name)
    {
        _choice = choice;
        Name = name;
        Device = new Device(choice.Type);
    }

    /// <summary>CPU, CUDA (NVIDIA) or MPS (Apple).</summary>
    public DeviceType Type => _choice.Type;

    /// <summary>The device to give to tensors and modules.</summary>
    public Device Device { get; }

    /// <summary>The device's name as its maker calls it.</summary>
    public string Name { get; }

    /// <summary>Why this device was chosen, or a better one was not, in plain words.</summary>
    public string Reason => _choice.Reason;

    /// <summary>The command that would make a better device usable, or null.</summary>
    public string? Command => _choice.Command;

    /// <summary>Finds the best device that really works: CUDA, then Apple's MPS, then the CPU.</summary>
    /// <exception cref="NotSupportedException">TorchSharp itself cannot start; the message names the cause.</exception>
    public static Accelerator Detect()
    {
        NativeLibraries.EnsureLoaded();
        var probe = new MachineProbe();
        var choice = AcceleratorChoice.Best(probe);
        return new Accelerator(choice, probe.NameOf(choice.Type));
    }

    /// <summary>Insists on a device.</summary>
    /// <param name="type">The device, such as <see cref="DeviceType.CUDA"/>.</param>
    /// <exception cref="NotSupportedException">The device cannot be used; the message says why and what would change that.</exception>
    public static Accelerator Require(DeviceType type)
    {
        NativeLibraries.EnsureLoaded();
        return Require(type, new MachineProbe());
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var command = Command is null ? "" : $"<br><code>{Html.Encode(Command)}</code>";
        return Html.Card(
            $"Training runs on: {Title}",
            $"{Html.Encode(Name)}<br>{Html.Encode(Reason)}{command}",
            Type == DeviceType.CPU ? Palette.Caution : Palette.Passed
        );
    }

    /// <inheritdoc/>
    public override string ToString() => $"Training runs on: {Title} ({Name}). {Reason}{(Command is null ? "" : $" {Command}")}";

    internal static Accelerator Require(DeviceType type, IAcceleratorProbe probe)
    {
        var (works, reason, command) = AcceleratorChoice.Check(type, probe);
        return works
            ? new Accelerator(new AcceleratorChoice(type, $"{type} was asked for and works.", null), probe.NameOf(type))
            : throw new NotSupportedException(
                $"{type} was asked for and cannot be used. {reason} "
                    + $"{(command is null ? "Accelerator.Detect() uses the best device that works." : command)}"
            );
    }

    private string Title =>
        Type switch
        {
            DeviceType.CUDA => "GPU (CUDA)",
            DeviceType.MPS => "GPU (Apple MPS)",
            _ => "CPU",
        };
}
