using System.Globalization;

namespace NotebookHost.Engine;

/// <summary>Values given from outside for the variables that a cell tagged <c>parameters</c> declares (papermill's convention).</summary>
internal sealed class ParameterOverrides(IReadOnlyDictionary<string, string> values)
{
    /// <summary>Assigns the values to the variables that the submission just run declared, and says so in the cell's output.</summary>
    /// <exception cref="ParameterException">A value does not convert, or the variable cannot be assigned.</exception>
    public void Apply(Submission submission, CellOutput output)
    {
        foreach (var variable in submission.Variables)
        {
            var name = variable.Name;
            if (!values.TryGetValue(name, out var text))
            {
                continue;
            }

            if (variable.IsReadOnly)
            {
                throw new ParameterException(
                    $"the parameter {name} cannot be set: it is declared const or readonly; declare it as an ordinary variable."
                );
            }

            variable.Value = Convert(name, text, variable.Type);
            output.Write("stdout", $"{name} = {text}, set from outside\n");
        }
    }

    /// <summary>Converts a value to the type that the notebook declares.</summary>
    /// <exception cref="ParameterException">It does not convert.</exception>
    public static object Convert(string name, string text, Type type)
    {
        try
        {
            var target = Nullable.GetUnderlyingType(type) ?? type;
            return target.IsEnum
                ? Enum.Parse(target, text, ignoreCase: true)
                : System.Convert.ChangeType(text, target, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException or ArgumentException)
        {
            throw new ParameterException($"the parameter {name} is declared as {type.Name}, and '{text}' is not such a value.", e);
        }
    }
}

/// <summary>A parameter cannot be set as asked.</summary>
internal sealed class ParameterException(string message, Exception? inner = null) : Exception(message, inner);
