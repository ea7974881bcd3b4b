// In System, so that a cell needs no using.
namespace System;

/// <summary>A text in LaTeX, shown as such.</summary>
public sealed class LaTeXString(string latexCode)
{
    /// <inheritdoc/>
    public override string ToString() => latexCode;

    /// <summary>A text in LaTeX.</summary>
    public static implicit operator LaTeXString(string source) => new(source);
}

/// <summary>A formula in LaTeX, without its delimiters.</summary>
public sealed class MathString(string latexCode)
{
    /// <inheritdoc/>
    public override string ToString() => latexCode;

    /// <summary>A formula in LaTeX.</summary>
    public static implicit operator MathString(string source) => new(source);
}
