using System;
using System.Linq;
using BenchmarkDotNet.Running;
using Toolkit.Benchmarks.Summary;

// --summary prints one line per kernel within minutes; anything else goes to BenchmarkDotNet, e.g. --filter '*Power*'.
if (args.Contains("--summary"))
{
    Report.Print(Console.Out);
    return;
}
BenchmarkSwitcher.FromAssembly(typeof(Report).Assembly).Run(args);
