using Support;
using Support.Datasets;
using Support.Training;

// Not for people: the process that a test or a benchmark starts, and often kills.
return args switch
{
    [ChildProgram.Load, .. var rest] => LoadingProcess.Run(rest),
    [ChildProgram.Work, .. var rest] => ChildWork.Run(rest),
    _ => 2,
};
