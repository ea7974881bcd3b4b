namespace CnnTutorial;

/// <summary>A value that shows itself as HTML in a notebook, and as plain text (<see cref="object.ToString"/>) elsewhere.</summary>
public interface IHtmlDisplay
{
    /// <summary>The value as an HTML fragment that needs nothing from the network and fits a light and a dark page.</summary>
    string ToHtml();
}
