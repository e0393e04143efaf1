using System.Collections.Generic;
using System.Linq;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Machine;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Representations;

/// <summary>
/// NICE to ν = 4 on random methane with the settings of the public code's tutorial: nmax 5, lmax 5, σ 0.05 Å, cutoff 6.3 Å, covariants
/// 150 → 50, invariants 300 → 200, neighbours and expansion included.
/// </summary>
public class NiceBenchmarks
{
    private readonly Structure[] _methane = Methane.Load().Take(200).ToArray();
    private readonly DensityExpansion _expansion = new(
        RadialTable.Build(new SmearedGto(new GtoBasis(5, 6.3), 5, 6.3, 0.05), new CutoffFunction(6.3, 0.3)), [1, 6]);

    private readonly NiceFeatures _nice;
    private readonly RepresentationSet _set;
    private readonly Ones _readout;
    private readonly double[] _values;
    private readonly float[] _singles;

    /// <summary>Prepares the workload.</summary>
    public NiceBenchmarks()
    {
        _nice = new NiceFeatures(_expansion, Fit());
        _set = new RepresentationSet([_nice]);
        _readout = new Ones(Enumerable.Repeat(1.0, _nice.FeatureCount).ToArray());
        _values = new double[Environments * _nice.FeatureCount];
        _singles = new float[_values.Length];
    }

    private int Environments => _methane.Sum(static s => s.Count);

    /// <summary>The fit of 1000 environments, expansion included.</summary>
    [Benchmark]
    public NiceFit Fit() => NiceFit.Fit(_expansion, new NiceSettings { Order = 4 }, _methane, 1000);

    /// <summary>Features of 1000 environments.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public void Transform() => _set.Compute(_methane, _values);

    /// <summary>The same in float32.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public void TransformSingle() => _set.ComputeSingle(_methane, _singles);

    /// <summary>Energies that are linear in the features, with forces.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public Evaluation[] Backward() => _set.Evaluate(_methane, _readout);

    internal static IEnumerable<Row> Summary()
    {
        var work = new NiceBenchmarks();
        string ch4 = $"CH4, nmax 5, lmax 5, ν ≤ 4, {work._nice.FeatureCount} features";
        int environments = work.Environments;
        // Products of many channels are compiled after some thousand environments.
        (double transform, double peak) = MachineLimits.PeakBeside<double>(1, work.Transform, 300);
        double limit = 2e-3 * work._nice.MultiplyAdds / peak;
        yield return new Row("NICE", ch4, transform / environments, "µs/environment", limit, "its multiply-adds in registers");
        yield return new Row("NICE", ch4, transform / environments, "µs/environment", 811, "the public code, other machine");
        double single = Clock.Microseconds(work.TransformSingle, 300);
        yield return new Row("NICE, float32", ch4, single / environments, "µs/environment", 0.6 * transform / environments,
            "0.6 × float64");
        double one = Clock.Microseconds(() =>
        {
            foreach (Structure s in work._methane) work._set.Compute(s);
        }, 1);
        yield return new Row("NICE, each structure by itself", ch4, one / environments, "µs/environment", transform / environments,
            "all together");
        double backward = Clock.Microseconds(() => work.Backward(), 200);
        yield return new Row("NICE, energies and forces", ch4, backward / environments, "µs/environment", 4 * transform / environments,
            "4 × features");
        yield return new Row("NICE, fit", "1000 environments of CH4", Clock.Microseconds(() => work.Fit()) * 1e-6, "s", 1, "goal");
    }

    private sealed class Ones(double[] weights) : ILinearReadout
    {
        public double Constant(int species) => 0;

        public System.ReadOnlySpan<double> Weights(int species) => weights;
    }
}
