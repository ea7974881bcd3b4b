using System.Reflection;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CnnTutorial;

/// <summary>What an optimizer remembers from step to step, as tensors by name: Adam's averages and its number of steps, SGD's
/// velocities, and so on.</summary>
/// <remarks>TorchSharp can write this memory only as a stream of bytes. Other programs cannot read it, and from a damaged stream
/// TorchSharp restores a part. So this class reads and writes the fields of TorchSharp's own state objects, for any optimizer.</remarks>
internal static class OptimizerMemory
{
    private const string RatesName = "learning_rates";

    /// <summary>The current memory: tensors of the optimizer itself, and new ones for its numbers.</summary>
    /// <returns>Null if an optimizer does not make its memory accessible.</returns>
    public static Dictionary<string, Tensor>? Read(optim.Optimizer optimizer)
    {
        if (optimizer is not OptimizerHelper helper)
        {
            return null;
        }

        var tensors = new Dictionary<string, Tensor>
        {
            [RatesName] = tensor(optimizer.ParamGroups.Select(group => group.LearningRate).ToArray()),
        };
        foreach (var (name, _, state, field) in Fields(helper))
        {
            switch (field.GetValue(state))
            {
                case Tensor value:
                    tensors.Add(name, value);
                    break;
                case long value:
                    tensors.Add(name, tensor(value));
                    break;
                case double value:
                    tensors.Add(name, tensor(value));
                    break;
                case null when field.FieldType == typeof(Tensor):
                    // It is made by the first step.
                    break;
                default:
                    return null;
            }
        }

        return tensors;
    }

    /// <summary>Restores the memory, all of it or none.</summary>
    /// <param name="optimizer">An optimizer of the same kind for the same weights.</param>
    /// <param name="memory">What <see cref="Read"/> gave; it is copied.</param>
    /// <exception cref="InvalidDataException">The memory is of another optimizer.</exception>
    public static void Write(optim.Optimizer optimizer, IReadOnlyDictionary<string, Tensor> memory)
    {
        var helper = (OptimizerHelper)optimizer;
        var parameters = optimizer.parameters().ToList();
        var known = new HashSet<string> { RatesName };
        var changes = new List<Action>();
        var groups = optimizer.ParamGroups.ToList();
        var rates = Numbers<double>(memory, RatesName, ScalarType.Float64, groups.Count);
        changes.Add(() => groups.Zip(rates).ToList().ForEach(pair => pair.First.LearningRate = pair.Second));
        foreach (var (name, weight, state, field) in Fields(helper))
        {
            known.Add(name);
            if (field.FieldType == typeof(Tensor))
            {
                changes.Add(Change(state, field, memory.GetValueOrDefault(name), parameters[weight], name));
            }
            else if (field.FieldType == typeof(long))
            {
                var value = Numbers<long>(memory, name, ScalarType.Int64, 1)[0];
                changes.Add(() => field.SetValue(state, value));
            }
            else
            {
                var value = Numbers<double>(memory, name, ScalarType.Float64, 1)[0];
                changes.Add(() => field.SetValue(state, value));
            }
        }

        if (memory.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new InvalidDataException($"it holds '{unknown}', which this optimizer does not remember");
        }

        // Everything fits; nothing was changed before this point.
        using var noGradients = no_grad();
        changes.ForEach(change => change());
    }

    private static Action Change(object state, FieldInfo field, Tensor? saved, Tensor weight, string name)
    {
        var own = (Tensor?)field.GetValue(state);
        if (saved is null)
        {
            return () =>
            {
                field.SetValue(state, null);
                own?.Dispose();
            };
        }

        var like = own ?? weight;
        if (saved.dtype != like.dtype || !saved.shape.SequenceEqual(like.shape))
        {
            throw new InvalidDataException(
                $"it holds {ModelWeights.Line(name, saved.shape, saved.dtype)}, and this optimizer has "
                    + $"{ModelWeights.Line(name, like.shape, like.dtype)}"
            );
        }

        return () =>
        {
            if (own is not null)
            {
                own.copy_(saved);
                return;
            }

            // It belongs to the optimizer, not to the scope that happens to be open.
            field.SetValue(state, saved.to(weight.device, copy: true).DetachFromDisposeScope());
        };
    }

    private static T[] Numbers<T>(IReadOnlyDictionary<string, Tensor> memory, string name, ScalarType type, int count)
        where T : unmanaged =>
        memory.TryGetValue(name, out var tensor) && tensor.dtype == type && tensor.numel() == count
            ? tensor.data<T>().ToArray()
            : throw new InvalidDataException($"'{name}' is missing or of another size than in this optimizer");

    /// <summary>The fields of each weight's state, by a name such as <c>0.exp_avg</c>.</summary>
    private static IEnumerable<(string Name, int Weight, OptimizerState State, FieldInfo Field)> Fields(OptimizerHelper optimizer) =>
        optimizer
            .state_dict()
            .State.SelectMany(
                (state, i) =>
                    state
                        .GetType()
                        .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                        .Where(field => !field.FieldType.IsAssignableTo(typeof(Parameter)))
                        .Select(field => ($"{i}.{NameOf(field)}", i, state, field))
            );

    // A property that the compiler keeps in a field is called "<exp_avg>k__BackingField".
    private static string NameOf(FieldInfo field) => field.Name.Split('<', '>') is [_, var property, _] ? property : field.Name;
}
