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
        ["forgot to load"] = ((trained, create, path) => Saved(trained, create(), path), "It still has the random weights"),
        ["forgot to save"] = (
            (trained, create, _) =>
            {
                var model = create();
                PracticeNetwork.Copy(trained, model);
                model.eval();
                return model;
            },
            "There is no file"
        ),
        ["forgot eval()"] = (
            (trained, create, path) =>
            {
                var model = Saved(trained, create(), path);
                Weights.Load(model, path);
                return model;
            },
            "It is in training mode"
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
            "It holds the random weights of the new one"
        ),
        ["saved the new one and loaded it into the trained one"] = (
            (trained, create, path) =>
            {
                var model = create();
                Weights.Save(model, path);
                Weights.Load(trained, path);
                return model;
            },
            "Its weights were overwritten"
        ),
        ["saved a network of another kind"] = (
            (_, create, path) =>
            {
                Weights.Save(Toy.Model(), path);
                return create();
            },
            "holds the weights of another network"
        ),
        ["saved a third network"] = (
            (_, create, path) =>
            {
                Weights.Save(PracticeNetwork.Create(), path);
                return create();
            },
            "It holds others"
        ),
        ["a network of its own"] = (
            (trained, _, path) =>
            {
                var model = Saved(trained, PracticeNetwork.Create(), path);
                Weights.Load(model, path);
                return model;
            },
            "A network that came from elsewhere"
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
