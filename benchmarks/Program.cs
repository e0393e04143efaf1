using System;
using System.Linq;
using BenchmarkDotNet.Running;
using Toolkit.Benchmarks.Summary;

// --summary prints one line per kernel within minutes, --summary Dense those of one class; anything else goes to BenchmarkDotNet, e.g.
// --filter '*Power*'.
int summary = Array.IndexOf(args, "--summary");
if (summary >= 0)
{
    Report.Print(Console.Out, args.ElementAtOrDefault(summary + 1) ?? "");
    return;
}
BenchmarkSwitcher.FromAssembly(typeof(Report).Assembly).Run(args);
