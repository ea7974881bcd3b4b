// Builds lib/CnnTutorial into lib/bin, if one of its files is newer than what is there. Notebook 01 imports this file.
using System.Diagnostics;
using System.IO;

if (!Directory.Exists("../lib/CnnTutorial"))
{
    throw new Exception("The course's library is missing: the folder lib must lie beside the notebooks' folder, as in the repository.");
}

var obj = $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}";
var sources = Directory
    .EnumerateFiles("../lib/CnnTutorial", "*.*", SearchOption.AllDirectories)
    .Concat(Directory.EnumerateFiles("..", "Directory.*.props"))
    .Where(file => !file.Contains(obj));
if (File.GetLastWriteTimeUtc("../lib/bin/CnnTutorial.dll") < sources.Max(File.GetLastWriteTimeUtc))
{
    var arguments = "build ../lib/CnnTutorial -nodeReuse:false -p:UseSharedCompilation=false";
    var build = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardInput = true });
    var log = build.StandardOutput.ReadToEnd();
    build.WaitForExit();
    if (build.ExitCode != 0)
    {
        throw new Exception($"The library could not be built. Restart the kernel and try again; dotnet says:\n{log}");
    }
}
Console.WriteLine($"The library is built: {Path.GetFullPath("../lib/bin/CnnTutorial.dll")}");
