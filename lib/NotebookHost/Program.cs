using NotebookHost.Commands;

return await CommandLine.RunAsync(args);
