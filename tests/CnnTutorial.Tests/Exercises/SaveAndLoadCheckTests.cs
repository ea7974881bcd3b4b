using CnnTutorial.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CnnTutorial.Tests.Exercises;

[Collection(TorchRandom.Name)]
public sealed class SaveAndLoadCheckTests
{
    private delegate Module<Tensor, Tensor> SaveAndLoad(
        Module<Tensor, Tensor> trained,
        Func<Module<Tensor, Tensor>> createModel,
        string path
    );

    private static readonly Dictionary<string, (SaveAndLoad Code, string Seen)> Mistakes = new()
    {
        ["the same object"] = ((trained, _, path) => Saved(trained, trained, path), "returned the trained network itself"),
        ["forgot to load"] = (
            (trained, create, path) => Saved(trained, create(), path),
            "It still has the random weights with which it was made."
        ),
        ["forgot to save"] = (
            (trained, create, _) =>
            {
                var model = create();
                PracticeNetwork.Copy(trained, model);
                model.eval();
                return model;
            },
            "There is no file."
        ),
        ["forgot eval()"] = (
            (trained, create, path) =>
            {
                var model = Saved(trained, create(), path);
                Weights.Load(model, path);
                return model;
            },
            "The new network is in training mode"
        ),
        ["saved as doubles"] = (
            (trained, create, path) =>
            {
                var model = create();
                Weights.Save(trained.to(ScalarType.Float64), path);
                Weights.Load(model, path);
                return model;
            },
            "The file holds weights of type float64"
        ),
        ["saved the new one"] = (
            (trained, create, path) =>
            {
                var model = create();
                Weights.Save(model, path);
                Weights.Load(model, path);
                model.eval();
                return model;
            },
            "The new network was saved, with the random weights with which it was made."
        ),
        ["saved the new one and loaded it into the trained one"] = (
            (trained, create, path) =>
            {
                var model = create();
                Weights.Save(model, path);
                Weights.Load(trained, path);
                return model;
            },
            "the file was loaded into `trained`, whose own weights are lost"
        ),
        ["saved a network of another kind"] = (
            (_, create, path) =>
            {
                Weights.Save(Toy.Model(), path);
                return create();
            },
            "practice.safetensors holds the weights of a network with other layers"
        ),
        ["saved a network of another kind, and loads it"] = (
            (_, create, path) =>
            {
                var model = create();
                Weights.Save(Toy.Model(), path);
                Weights.Load(model, path);
                return model;
            },
            "A network was saved that is neither `trained` nor made with `createModel()`"
        ),
        ["saved a third network"] = (
            (_, create, path) =>
            {
                Weights.Save(PracticeNetwork.Create(), path);
                return create();
            },
            "A network was saved that is neither `trained` nor made with `createModel()`"
        ),
        ["a network of its own"] = (
            (trained, _, path) =>
            {
                var model = Saved(trained, PracticeNetwork.Create(), path);
                Weights.Load(model, path);
                return model;
            },
            "a network that came from elsewhere"
        ),
        ["null"] = (
            (trained, _, path) =>
            {
                Weights.Save(trained, path);
                return null!;
            },
            "returned null"
        ),
        ["loads what is not there"] = (
            (_, create, path) =>
            {
                var model = create();
                Weights.Load(model, path);
                return model;
            },
            "nothing was saved there"
        ),
        ["loads what is not there, in TorchSharp's own format"] = (
            (_, create, path) =>
            {
                var model = create();
                model.load(path);
                return model;
            },
            "nothing was saved there"
        ),
        ["loaded into the trained one"] = (
            (trained, create, path) =>
            {
                var model = Saved(trained, create(), path);
                Weights.Load(trained, path);
                return model;
            },
            "with which it was made; the file was loaded into `trained`."
        ),
        ["two new ones"] = (
            (trained, create, path) =>
            {
                Weights.Load(Saved(trained, create(), path), path);
                return create();
            },
            "the file was loaded into another one of the 2 that `createModel` made"
        ),
        ["overwritten by another"] = (
            (trained, create, path) =>
            {
                var model = Right(trained, create, path);
                PracticeNetwork.Copy(PracticeNetwork.Create(), trained);
                return model;
            },
            "The weights of `trained` were overwritten"
        ),
        ["copied in memory after the saving"] = (
            (trained, create, path) =>
            {
                var model = Saved(trained, create(), path);
                model.load_state_dict(trained.state_dict());
                model.eval();
                return model;
            },
            "The file was written and never read"
        ),
        ["copied in memory before the saving"] = (
            (trained, create, path) =>
            {
                var model = create();
                PracticeNetwork.Copy(trained, model);
                model.eval();
                return Saved(trained, model, path);
            },
            "The file was written and never read"
        ),
        ["copied in memory, in TorchSharp's own format"] = (
            (trained, create, path) =>
            {
                trained.save(path);
                var model = create();
                model.load_state_dict(trained.state_dict());
                model.eval();
                return model;
            },
            "The file was written and never read"
        ),
        ["the notebook's function"] = (
            (trained, _, path) =>
            {
                var model = Saved(trained, Toy.Model(), path);
                Weights.Load(model, path);
                return model;
            },
            "into a network with other layers, which `createModel` did not make"
        ),
        ["the notebook's function, and its exception caught"] = (
            (trained, create, path) =>
            {
                var model = Saved(trained, create(), path);
                Catch(() => Weights.Load(Toy.Model(), path));
                model.eval();
                return model;
            },
            "into a network with other layers, which `createModel` did not make"
        ),
        ["another path, and its exception caught"] = (
            (trained, create, path) =>
            {
                var model = Saved(trained, create(), path);
                Catch(() => Weights.Load(model, path + ".missing"));
                model.eval();
                return model;
            },
            "practice.safetensors.missing, and no file is there; the path is"
        ),
        ["the trained one freed"] = (
            (trained, create, path) =>
            {
                var model = Right(trained, create, path);
                trained.Dispose();
                return model;
            },
            "The network `trained` was freed"
        ),
        ["the new one freed"] = (
            (trained, create, path) =>
            {
                using var model = Right(trained, create, path);
                return model;
            },
            "The network that your function returned was freed"
        ),
        ["a softmax around it"] = (
            (trained, create, path) =>
            {
                var model = Sequential(("network", Right(trained, create, path)), ("softmax", Softmax(1)));
                model.eval();
                return model;
            },
            "a network around the new one, with more layers: network, softmax"
        ),
        ["TorchSharp's save, the course's Load"] = (
            (trained, create, path) =>
            {
                trained.save(path);
                var model = create();
                Weights.Load(model, path);
                return model;
            },
            "The file is in TorchSharp's own format, which `trained.save` writes"
        ),
        ["the course's Save, TorchSharp's load"] = (
            (trained, create, path) =>
            {
                Weights.Save(trained, path);
                var model = create();
                model.load(path);
                return model;
            },
            "or the file is in another format"
        ),
        ["a task nobody waits for"] = (
            (trained, create, path) =>
            {
                _ = Task.Run(async () =>
                {
                    await Task.Delay(100);
                    Weights.Save(trained, path);
                });
                var model = create();
                Weights.Load(model, path);
                return model;
            },
            "the file was not there yet; it came later"
        ),
        ["only if there is no file"] = (
            (trained, create, path) =>
            {
                var model = create();
                if (!File.Exists(path))
                {
                    Weights.Save(trained, path);
                }

                Weights.Load(model, path);
                model.eval();
                return model;
            },
            "was not. The file still holds the weights of the first call's network."
        ),
        ["deleted again"] = (
            (trained, create, path) =>
            {
                var model = Right(trained, create, path);
                File.Delete(path);
                return model;
            },
            "The file was saved, and it is gone again"
        ),
        ["the path as a folder"] = (
            (trained, create, path) => Right(trained, create, Path.Combine(path, "model.safetensors")),
            "A file was saved as checkpoints/practice.safetensors/model.safetensors, and not as checkpoints/practice.safetensors."
        ),
        ["an ending twice"] = (
            (trained, create, path) => Right(trained, create, path + ".safetensors"),
            "A file was saved as checkpoints/practice.safetensors.safetensors"
        ),
        ["one network for all calls"] = (
            (trained, create, path) => Right(trained, () => _kept ??= create(), path),
            "Your function returned the network that the first call made"
        ),
        ["changed after loading"] = (
            (trained, create, path) =>
            {
                var model = Right(trained, create, path);
                using var none = no_grad();
                model.parameters().Last().add_(0.001);
                return model;
            },
            "logits differ"
        ),
    };

    private static Module<Tensor, Tensor>? _kept;

    public static TheoryData<string> Names() => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_recognised(string mistake) =>
        Mistake.IsRecognised(Check(Mistakes[mistake].Code), Mistakes[mistake].Seen, Mistakes.Values.Select(other => other.Seen));

    [Fact]
    public void A_right_answer_passes() => Mistake.IsNone(Check(Right));

    [Fact]
    public void Who_did_not_save_is_not_sent_to_another_notebook()
    {
        var result = Check(
            (_, create, path) =>
            {
                var model = create();
                Weights.Load(model, path);
                return model;
            }
        );
        Assert.StartsWith("Save `trained` to `path` before you load", result.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("05-train", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TorchSharps_own_format_is_right_too() =>
        Mistake.IsNone(
            Check(
                (trained, create, path) =>
                {
                    trained.save(path);
                    var model = create();
                    model.load(path);
                    model.eval();
                    return model;
                }
            )
        );

    [Fact]
    public void What_reads_the_file_is_right_in_any_order()
    {
        Mistake.IsNone(
            Check(
                (trained, create, path) =>
                {
                    var model = create();
                    Weights.Save(trained, path);
                    Weights.Load(model, path);
                    model.eval();
                    return model;
                }
            )
        );
        // First under another name, as a precaution: the second saving is the one that counts.
        Mistake.IsNone(
            Check(
                (trained, create, path) =>
                {
                    Weights.Save(trained, path + ".copy");
                    File.Delete(path + ".copy");
                    return Right(trained, create, path);
                }
            )
        );
    }

    [Fact]
    public void Who_compares_the_two_networks_is_right() =>
        Mistake.IsNone(
            Check(
                (trained, create, path) =>
                {
                    var model = Right(trained, create, path);
                    using var scope = NewDisposeScope();
                    var wanted = trained.state_dict();
                    return model.state_dict().All(each => each.Value.equal(wanted[each.Key]).all().item<bool>())
                        ? model
                        : throw new InvalidDataException("They differ.");
                }
            )
        );

    [Fact]
    public void No_file_is_left_where_it_was_saved_by_mistake()
    {
        var path = Path.Combine(Path.GetTempPath(), $"cnn-tutorial-stray-{Guid.NewGuid()}.safetensors");
        var kept = path + ".kept";
        Weights.Save(PracticeNetwork.Create(), kept);
        try
        {
            Assert.Contains(path, Check((trained, create, _) => Right(trained, create, path)).Seen, StringComparison.Ordinal);
            Check((trained, create, _) => Right(trained, create, kept));
            Assert.False(File.Exists(path));
            Assert.True(File.Exists(kept));
        }
        finally
        {
            File.Delete(kept);
        }
    }

    private static void Catch(Action code)
    {
        try
        {
            code();
        }
        catch (Exception)
        {
            // As a learner's code may hide it.
        }
    }

    private static CheckResult Check(SaveAndLoad code) => Exercise.CheckSaveAndLoad((trained, create, path) => code(trained, create, path));

    private static Module<Tensor, Tensor> Right(Module<Tensor, Tensor> trained, Func<Module<Tensor, Tensor>> createModel, string path)
    {
        Weights.Save(trained, path);
        var loaded = createModel();
        Weights.Load(loaded, path);
        loaded.eval();
        return loaded;
    }

    private static Module<Tensor, Tensor> Saved(Module<Tensor, Tensor> trained, Module<Tensor, Tensor> returned, string path)
    {
        Weights.Save(trained, path);
        return returned;
    }
}
