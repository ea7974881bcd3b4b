using System.Globalization;
using System.Text;

namespace NotebookHost.Pages;

/// <summary>How a character looks in a terminal: what the SGR sequences before it have set.</summary>
/// <remarks>A colour is one of the sixteen by name, or an HTML colour, or null for the page's own. Codes: ECMA-48, section 8.3.117, and
/// xterm's 256 colours.</remarks>
internal readonly record struct TerminalStyle(
    string? Foreground,
    string? Background,
    bool Bold,
    bool Dim,
    bool Italic,
    bool Underline,
    bool Inverse
)
{
    private static readonly string[] Names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    /// <summary>The style after the parameters of one SGR sequence, such as "1;31".</summary>
    public TerminalStyle After(ReadOnlySpan<char> parameters)
    {
        var codes = new List<int>();
        foreach (var range in parameters.Split(';'))
        {
            codes.Add(int.TryParse(parameters[range], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0);
        }

        var style = this;
        for (var i = 0; i < codes.Count; i++)
        {
            style = codes[i] switch
            {
                0 => default,
                1 => style with { Bold = true },
                2 => style with { Dim = true },
                3 => style with { Italic = true },
                4 => style with { Underline = true },
                7 => style with { Inverse = true },
                22 => style with { Bold = false, Dim = false },
                23 => style with { Italic = false },
                24 => style with { Underline = false },
                27 => style with { Inverse = false },
                >= 30 and <= 37 => style with { Foreground = Names[codes[i] - 30] },
                38 => style with { Foreground = Extended(codes, ref i) },
                39 => style with { Foreground = null },
                >= 40 and <= 47 => style with { Background = Names[codes[i] - 40] },
                48 => style with { Background = Extended(codes, ref i) },
                49 => style with { Background = null },
                >= 90 and <= 97 => style with { Foreground = "bright-" + Names[codes[i] - 90] },
                >= 100 and <= 107 => style with { Background = "bright-" + Names[codes[i] - 100] },
                _ => style,
            };
        }

        return style;
    }

    /// <summary>Appends the start of a span in this style.</summary>
    public void AppendSpan(StringBuilder html)
    {
        var (foreground, background) = Inverse ? (Background ?? "page", Foreground ?? "text") : (Foreground, Background);
        var classes = new List<string>();
        var inline = new List<string>();
        Add(foreground, "fg");
        Add(background, "bg");
        if (Bold)
        {
            classes.Add("bold");
        }

        if (Dim)
        {
            classes.Add("dim");
        }

        if (Italic)
        {
            classes.Add("italic");
        }

        if (Underline)
        {
            classes.Add("underline");
        }

        html.Append("<span");
        if (classes.Count > 0)
        {
            html.Append(" class=\"").AppendJoin(' ', classes).Append('"');
        }

        if (inline.Count > 0)
        {
            html.Append(" style=\"").AppendJoin(';', inline).Append('"');
        }

        html.Append('>');

        // The page chooses the sixteen named colours. The style sheet corrects the lightness of any other where it could not be read.
        void Add(string? color, string which)
        {
            if (color is ['#', ..])
            {
                inline.Add($"--{which}:{color}");
            }

            if (color is not null)
            {
                classes.Add(color[0] == '#' ? which + "-rgb" : $"{which}-{color}");
            }
        }
    }

    /// <summary>Reads "5;N" or "2;R;G;B" after 38 or 48.</summary>
    private static string? Extended(List<int> codes, ref int i)
    {
        if (i + 2 < codes.Count && codes[i + 1] == 5)
        {
            i += 2;
            return Indexed(Math.Clamp(codes[i], 0, 255));
        }

        if (i + 4 < codes.Count && codes[i + 1] == 2)
        {
            i += 4;
            return Rgb(codes[i - 2], codes[i - 1], codes[i]);
        }

        i = codes.Count;
        return null;
    }

    private static string Indexed(int index) =>
        index switch
        {
            < 8 => Names[index],
            < 16 => "bright-" + Names[index - 8],
            < 232 => Rgb(Cube((index - 16) / 36), Cube((index - 16) / 6 % 6), Cube((index - 16) % 6)),
            _ => Rgb(8 + (10 * (index - 232)), 8 + (10 * (index - 232)), 8 + (10 * (index - 232))),
        };

    private static int Cube(int step) => step == 0 ? 0 : 55 + (40 * step);

    private static string Rgb(int red, int green, int blue) =>
        $"#{Math.Clamp(red, 0, 255):x2}{Math.Clamp(green, 0, 255):x2}{Math.Clamp(blue, 0, 255):x2}";
}
