using System.Globalization;
using System.Text;

namespace CnnTutorial;

/// <summary>Draws the stages of a network as SVG: from left to right where there is room, from top to bottom on a phone.</summary>
internal static class NetworkDiagramSvg
{
    private const int WideStep = 128;
    private const int TallStep = 104;
    private const double RowThickness = 12;

    public static string Render(IReadOnlyList<NetworkStage> stages, string description)
    {
        var label = Html.Encode(description);
        return $"{Figure.Style("network-diagram.css")}<div class=\"cnn-network\">{Wide(stages, label)}{Tall(stages, label)}</div>";
    }

    private static string Wide(IReadOnlyList<NetworkStage> stages, string label)
    {
        const int middle = 128;
        var svg = Open("wide", stages.Count * WideStep, 246, label);
        for (var i = 0; i < stages.Count; i++)
        {
            var (stage, x) = (stages[i], (i * WideStep) + (WideStep / 2));
            Draw(svg, stage, x, middle);
            if (i > 0)
            {
                Arrow(svg, x - WideStep + Half(stages[i - 1]).Width + 6, middle, x - Half(stage).Width - 6, middle);
            }

            Label(svg, "name", x, 18, stage.Name, centred: true);
            var lines = stage.Detail.Split(", ");
            for (var line = 0; line < lines.Length; line++)
            {
                Label(svg, "quiet", x, 35 + (15 * line), lines[line], centred: true);
            }

            Label(svg, "name", x, 216, stage.Shape, centred: true);
            Label(svg, "quiet", x, 233, Parameters(stage), centred: true);
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Tall(IReadOnlyList<NetworkStage> stages, string label)
    {
        const int x = 72;
        var svg = Open("tall", 340, stages.Count * TallStep, label);
        for (var i = 0; i < stages.Count; i++)
        {
            var (stage, y) = (stages[i], (i * TallStep) + (TallStep / 2));
            Draw(svg, stage, x, y, lying: true);
            if (i > 0)
            {
                Arrow(svg, x, y - TallStep + Half(stages[i - 1]).Height + 4, x, y - Half(stage).Height - 4);
            }

            string[] lines =
            [
                stage.Name,
                stage.Detail,
                stage is { IsRow: true, Detail.Length: > 0 } ? "" : stage.Shape + (stage.IsRow ? " numbers" : ""),
                Parameters(stage),
            ];
            lines = [.. lines.Where(line => line.Length > 0)];
            for (var line = 0; line < lines.Length; line++)
            {
                Label(
                    svg,
                    line == 0 ? "name" : "quiet",
                    150,
                    y + 5 + (17 * line) - (17 * (lines.Length - 1) / 2.0),
                    lines[line],
                    centred: false
                );
            }
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Draws what comes out of a stage; a row of numbers stands upright, or lies.</summary>
    private static void Draw(StringBuilder svg, NetworkStage stage, double x, double y, bool lying = false)
    {
        if (stage.IsRow)
        {
            var (width, height) = lying ? (RowLength(stage), RowThickness) : (RowThickness, RowLength(stage));
            Rectangle(svg, "row", x - (width / 2), y - (height / 2), width, height);
            return;
        }

        var kind = stage.Name switch
        {
            "Image" => "image",
            "Max-pooling" => "pool",
            _ => "map",
        };
        var (maps, side, tall, shift) = Maps(stage);
        for (var map = 0; map < maps; map++)
        {
            var offset = (map - ((maps - 1) / 2.0)) * shift;
            Rectangle(svg, kind, x - (side / 2) + offset, y - (tall / 2) + offset, side, tall);
        }
    }

    /// <summary>From the middle of a stage to where an arrow may begin, in the direction in which the stages follow each other.</summary>
    private static (double Width, double Height) Half(NetworkStage stage)
    {
        if (stage.IsRow)
        {
            return (RowThickness / 2, RowThickness / 2);
        }

        var (maps, side, tall, shift) = Maps(stage);
        var sheets = (maps - 1) * shift;
        return ((side + sheets) / 2, (tall + sheets) / 2);
    }

    /// <summary>One sheet for every six maps, sides in proportion to 28 pixels, as long as it fits its place.</summary>
    private static (int Maps, double Side, double Height, double Shift) Maps(NetworkStage stage)
    {
        var scale = 54 / Math.Max(28.0, Math.Max(stage.Rows, stage.Columns));
        return (Math.Clamp((stage.Channels + 5) / 6, 1, 10), Math.Max(3, stage.Columns * scale), Math.Max(3, stage.Rows * scale), 3.5);
    }

    /// <summary>Logarithmic: 10 and 1,764 do not fit into one picture otherwise.</summary>
    private static double RowLength(NetworkStage stage) => Math.Min(128, 14 + (34 * Math.Log10(stage.Channels)));

    private static string Parameters(NetworkStage stage) => stage.Parameters > 0 ? $"{stage.Parameters:N0} parameters" : "";

    private static StringBuilder Open(string name, int width, int height, string label) =>
        new($"<svg class=\"{name}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">");

    private static void Rectangle(StringBuilder svg, string name, double x, double y, double width, double height) =>
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect class=\"{name}\" x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\"/>"
        );

    private static void Arrow(StringBuilder svg, double x1, double y1, double x2, double y2)
    {
        var (dx, dy) = (Math.Sign(x2 - x1) * 5, Math.Sign(y2 - y1) * 5);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<path class=\"arrow\" d=\"M{x1:0.#} {y1:0.#}L{x2:0.#} {y2:0.#}M{x2 - dx - dy:0.#} {y2 - dy - dx:0.#}L{x2:0.#} "
                + $"{y2:0.#}L{x2 - dx + dy:0.#} {y2 - dy + dx:0.#}\"/>"
        );
    }

    private static void Label(StringBuilder svg, string name, double x, double y, string text, bool centred) =>
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text class=\"{name}\" x=\"{x:0.#}\" y=\"{y:0.#}\"{(centred ? " text-anchor=\"middle\"" : "")}>{Html.Encode(text)}</text>"
        );
}
