using System.Collections.Generic;
using System.Linq;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Representations;

/// <summary>
/// Density expansion and power spectrum, nmax 8, lmax 6, σ 0.4 Å, cutoff 5 Å; neighbour lists are part of every figure.
/// </summary>
public class RepresentationBenchmarks
{
    private static readonly RadialTable Radial = RadialTable.Build(
        new SmearedGto(new GtoBasis(8, 5), 6, 5, 0.4), new CutoffFunction(5, 0.5));

    private readonly Structure _silicon = PerturbedSilicon.Create();
    private readonly PowerSpectrum _power = new(new DensityExpansion(Radial, [14]));
    private readonly LinearPotential _potential;
    private readonly double[] _values;
    private FeatureGradients? _gradients;

    /// <summary>Prepares the workload.</summary>
    public RepresentationBenchmarks()
    {
        _values = new double[_silicon.Count * _power.FeatureCount];
        var design = new EnergyDesign([_power], [14]);
        _potential = new LinearPotential(design, Enumerable.Range(0, design.Columns).Select(k => 1.0 / (1 + k % 17)));
    }

    /// <summary>Coefficients of the density.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public double[] Expansion() => _power.Expansion.Compute(_silicon);

    /// <summary>Features.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public double[] Features() => _power.Compute(_silicon);

    /// <summary>The same into memory of the caller's.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public void FeaturesInPlace() => _power.Compute(_silicon, _values);

    /// <summary>Energy, forces and virial of a linear potential.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public Evaluation EnergyForcesVirial() => _potential.Predict(_silicon);

    /// <summary>Features and their explicit gradients, fresh memory included.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public FeatureGradients FeaturesWithGradients() => _power.ComputeWithGradients(_silicon);

    /// <summary>The same into the memory of the result before.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public FeatureGradients FeaturesWithGradientsInPlace() => _gradients = _power.ComputeWithGradients(_silicon, reuse: _gradients);

    internal static IEnumerable<Row> Summary()
    {
        var work = new RepresentationBenchmarks();
        string si = PerturbedSilicon.Name + ", nmax 8, lmax 6";
        const string peer = "librascal";
        yield return new Row("density expansion", si, Clock.Microseconds(() => work.Expansion()) / 512, "µs/atom", 23, peer);
        yield return new Row("power spectrum", si, Clock.Microseconds(() => work.Features()) / 512, "µs/atom", 25, peer);
        yield return new Row("power spectrum", si + ", in place", Clock.Microseconds(() => work.FeaturesInPlace()) / 512, "µs/atom", 25,
            peer);
        yield return new Row("energy, forces, virial", si, Clock.Microseconds(() => work.EnergyForcesVirial()) / 512, "µs/atom",
            60, "LAMMPS SNAP");
        yield return new Row("power spectrum + gradients", si, Clock.Microseconds(() => work.FeaturesWithGradients(), 1) / 512,
            "µs/atom", 759, peer);

        yield return new Row("power spectrum + gradients", si + ", in place",
            Clock.Microseconds(() => work.FeaturesWithGradientsInPlace(), 1) / 512, "µs/atom", 577, peer);

        Structure[] methane = Methane.Load();
        int atoms = methane.Sum(s => s.Count);
        var power = new PowerSpectrum(new DensityExpansion(Radial, [1, 6]));
        string ch4 = Methane.Name + ", nmax 8, lmax 6";
        double All(System.Func<Structure, object> compute) => Clock.Microseconds(() =>
        {
            foreach (Structure s in methane) compute(s);
        }, 1) / atoms;
        yield return new Row("density expansion", ch4, All(power.Expansion.Compute), "µs/atom", 5.1, peer);
        yield return new Row("power spectrum", ch4, All(s => power.Compute(s)), "µs/atom", 12.5, peer);
        yield return new Row("power spectrum + gradients", ch4, All(s => power.ComputeWithGradients(s)), "µs/atom", 156, peer);
        FeatureGradients? memory = null;
        yield return new Row("power spectrum + gradients", ch4 + ", in place",
            All(s => memory = power.ComputeWithGradients(s, reuse: memory)), "µs/atom", 156, peer);
    }
}
