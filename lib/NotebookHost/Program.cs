using System.Globalization;
using NotebookHost.Commands;

// What is not asked to follow a culture looks the same on every machine: a point in numbers, and English.
CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
return await CommandLine.RunAsync(args);
