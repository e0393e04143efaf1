namespace Toolkit.Benchmarks.Summary;

/// <summary>One measured figure.</summary>
/// <param name="Kernel">What ran.</param>
/// <param name="Workload">On what.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">The unit of the value and of the reference.</param>
/// <param name="Reference">A figure to compare with, where there is one.</param>
/// <param name="ReferenceName">Whose figure that is.</param>
internal sealed record Row(
    string Kernel, string Workload, double Value, string Unit, double? Reference = null, string ReferenceName = "");
