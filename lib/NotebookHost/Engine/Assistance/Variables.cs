using System.Collections;
using System.Globalization;
using System.Reflection;

namespace NotebookHost.Engine.Assistance;

/// <summary>What the session's variables hold, in short.</summary>
internal static class Variables
{
    private const int LongestValue = 120;
    private const int MostRows = 10;

    /// <summary>The variables by name; if one was declared again, the newest.</summary>
    public static VariableList Of(IEnumerable<SubmissionVariable> variables) => new([.. Newest(variables).Select(Describe)]);

    /// <summary>One variable as HTML; of a table only the first rows. Null if there is no such variable.</summary>
    public static VariableView? Show(IEnumerable<SubmissionVariable> variables, string name)
    {
        if (Newest(variables).FirstOrDefault(variable => variable.Name == name) is not { } found)
        {
            return null;
        }

        var value = found.Value;
        if (IsTable(value) && value!.GetType().GetMethod("Head", [typeof(int)]) is { } head)
        {
            value = head.Invoke(value, [MostRows]);
        }

        return new VariableView(ValueFormatting.Format(value, ValueFormatting.Html)[ValueFormatting.Html]);
    }

    private static IEnumerable<SubmissionVariable> Newest(IEnumerable<SubmissionVariable> variables) =>
        variables
            .GroupBy(variable => variable.Name)
            .Select(group => group.Last())
            .Where(variable => !variable.Name.StartsWith('<'))
            .OrderBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase);

    private static Variable Describe(SubmissionVariable variable)
    {
        var type = NameOf(variable.Type);
        try
        {
            var value = variable.Value;
            return IsTensor(value) ? Tensor(variable.Name, type, value!) : new Variable(variable.Name, type, Short(value));
        }
        catch (Exception e)
        {
            // A property or ToString of the learner's code or of a library threw, for example of a disposed tensor.
            return new Variable(
                variable.Name,
                type,
                $"[{(e is TargetInvocationException { InnerException: { } inner } ? inner : e).Message}]"
            );
        }
    }

    /// <summary>A tensor of TorchSharp, which this program does not reference.</summary>
    private static bool IsTensor(object? value) => value?.GetType() is { Name: "Tensor", Namespace: "TorchSharp" };

    private static bool IsTable(object? value) => value?.GetType().FullName == "Microsoft.Data.Analysis.DataFrame";

    private static Variable Tensor(string name, string type, object tensor)
    {
        object? Get(string property) => tensor.GetType().GetProperty(property)!.GetValue(tensor);
        if (Get("IsInvalid") is true)
        {
            return new Variable(name, type, "disposed");
        }

        var shape = (long[])Get("shape")!;
        var elements = shape.Aggregate(1L, (product, length) => product * length);
        var bytes = elements * Convert.ToInt64(Get("ElementSize"), CultureInfo.InvariantCulture);
        return new Variable(name, type, $"[{string.Join(", ", shape)}]", shape, Get("dtype")!.ToString(), Get("device")!.ToString(), bytes);
    }

    private static string Short(object? value)
    {
        var text = value switch
        {
            null => "null",
            string words => $"\"{words[..Math.Min(words.Length, LongestValue)].ReplaceLineEndings("\\n")}\"",
            Array array => $"{array.Length:N0} elements",
            ICollection collection => $"{collection.Count:N0} elements",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ when IsTable(value) => Rows(value),
            _ => value.ToString() ?? "",
        };
        text = text.ReplaceLineEndings(" ");
        return text.Length <= LongestValue ? text : text[..LongestValue] + "…";
    }

    private static string Rows(object table)
    {
        long Count(string part) =>
            table.GetType().GetProperty(part)!.GetValue(table) is { } all
                ? Convert.ToInt64(all.GetType().GetProperty("Count")!.GetValue(all), CultureInfo.InvariantCulture)
                : 0;
        return $"{Count("Rows"):N0} rows, {Count("Columns"):N0} columns";
    }

    /// <summary>The type as C# writes it, without namespaces.</summary>
    private static string NameOf(Type type)
    {
        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return NameOf(inner) + "?";
        }

        return Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => type.Name,
            TypeCode.Boolean => "bool",
            TypeCode.Byte => "byte",
            TypeCode.Char => "char",
            TypeCode.Decimal => "decimal",
            TypeCode.Double => "double",
            TypeCode.Int16 => "short",
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.Single => "float",
            TypeCode.String => "string",
            _ when type == typeof(object) => "object",
            _ when type.IsGenericType => $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>",
            _ => type.Name,
        };
    }
}
