using NotebookHost.Pages;

namespace NotebookHost.Tests.Pages;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain\ntext\n", "plain\ntext\n")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("epoch 1\repoch 2", "epoch 2")]
    [InlineData("100 %\r99", "990 %")]
    [InlineData("100 %\r\x1b[K99", "99")]
    [InlineData("ab\bc", "ac")]
    [InlineData("one\ntwo\x1b[1A\rONE", "one\nONE")]
    [InlineData("\x1b]0;a title\atext", "text")]
    [InlineData("\x1b]8;;https://example.org\x1b\\link", "link")]
    [InlineData("\x1b[?25lhidden cursor", "hidden cursor")]
    [InlineData("cut \x1b[", "cut ")]
    [InlineData("cut \x1b", "cut ")]
    public void Shows_what_Jupyter_would_show(string text, string shown) => Assert.Equal(shown, TerminalText.ToHtml(text));

    [Theory]
    [InlineData("\x1b[31mred\x1b[0m plain", "<span class=\"fg-red\">red</span> plain")]
    [InlineData("\x1b[1;92mdone\x1b[m", "<span class=\"fg-bright-green bold\">done</span>")]
    [InlineData("\x1b[38;2;255;136;0mx", "<span class=\"fg-rgb\" style=\"--fg:#ff8800\">x</span>")]
    [InlineData("\x1b[38;5;196mx", "<span class=\"fg-rgb\" style=\"--fg:#ff0000\">x</span>")]
    [InlineData("\x1b[48;5;4mx", "<span class=\"bg-blue\">x</span>")]
    [InlineData("\x1b[7mx", "<span class=\"fg-page bg-text\">x</span>")]
    [InlineData("\x1b[4mx\x1b[24my", "<span class=\"underline\">x</span>y")]
    public void Colours_become_spans(string text, string html) => Assert.Equal(html, TerminalText.ToHtml(text));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\x1b[31m<script>alert(1)</script>")]
    [InlineData("x\r<script>alert(1)</script>")]
    public void Text_is_encoded(string text) =>
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", TerminalText.ToHtml(text), StringComparison.Ordinal);

    [Fact]
    public void Control_characters_are_shown_and_not_written() => Assert.Equal("a␀b", TerminalText.ToHtml("a\0b"));
}
