using System.Collections.Generic;
using System.Linq;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Machine;
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
/// The spin power spectrum (all J, the density's features beside the spins') of bcc iron against the scalar one; neighbour
/// lists are part of every figure.
/// </summary>
public class SpinBenchmarks
{
    private static readonly RadialTable Radial = RadialTable.Build(
        new SmearedGto(new GtoBasis(8, 5), 4, 5, 0.4), new CutoffFunction(5, 0.5));

    private readonly Structure _iron = MagneticIron.Create();
    private readonly PowerSpectrum _scalar = new(new DensityExpansion(Radial, [26]));
    private readonly SpinPowerSpectrum _spin = new(new DensityExpansion(Radial, [26], CentrePolicy.Include, [VectorField.Spin()]));
    private readonly LinearPotential _potential, _scalarPotential;
    private FeatureGradients? _gradients;

    /// <summary>Prepares the workload.</summary>
    public SpinBenchmarks()
    {
        _potential = Potential(_spin);
        _scalarPotential = Potential(_scalar);
    }

    /// <summary>Scalar features.</summary>
    [Benchmark(OperationsPerInvoke = MagneticIron.Count)]
    public double[] Scalar() => _scalar.Compute(_iron);

    /// <summary>Energy, forces and virial of a linear potential of scalar features.</summary>
    [Benchmark(OperationsPerInvoke = MagneticIron.Count)]
    public Evaluation ScalarEnergy() => _scalarPotential.Predict(_iron);

    /// <summary>Coefficients of density and spins.</summary>
    [Benchmark(OperationsPerInvoke = MagneticIron.Count)]
    public double[] Expansion() => _spin.Expansion.ComputeField(_iron, 0);

    /// <summary>Features of density and spins.</summary>
    [Benchmark(OperationsPerInvoke = MagneticIron.Count)]
    public double[] Features() => _spin.Compute(_iron);

    /// <summary>Energy, forces, virial and effective fields of a linear potential.</summary>
    [Benchmark(OperationsPerInvoke = MagneticIron.Count)]
    public Evaluation EnergyForcesFields() => _potential.Predict(_iron);

    /// <summary>Features and their explicit gradients by positions and spins, into the memory of the result before.</summary>
    [Benchmark(OperationsPerInvoke = MagneticIron.Count)]
    public FeatureGradients FeaturesWithGradients() => _gradients = _spin.ComputeWithGradients(_iron, 1, _gradients);

    internal static IEnumerable<Row> Summary()
    {
        var work = new SpinBenchmarks();
        const string scalar = "scalar power spectrum", values = "spin values";
        double PerAtom(System.Action run, int warmUp = 3) => Clock.Microseconds(run, warmUp) / MagneticIron.Count;
        double features = PerAtom(() => work.Scalar());
        yield return new Row("power spectrum", MagneticIron.Name, features, "µs/atom");
        yield return new Row("energy, forces, virial", MagneticIron.Name, PerAtom(() => work.ScalarEnergy()), "µs/atom");
        yield return new Row("spin expansion", MagneticIron.Name, PerAtom(() => work.Expansion()), "µs/atom");
        double spins = PerAtom(() => work.Features());
        yield return new Row("spin power spectrum", MagneticIron.Name, spins, "µs/atom", 5 * features, "5 × " + scalar);
        yield return new Row("energy, forces, virial, fields", MagneticIron.Name, PerAtom(() => work.EnergyForcesFields()), "µs/atom",
            4 * spins, "4 × " + values);
        double gradients = PerAtom(() => work.FeaturesWithGradients(), 1);
        yield return MachineLimits.BesideCopy(
            "spin power spectrum + gradients", MagneticIron.Name + ", in place", gradients, work._gradients!, MagneticIron.Count);
    }

    private static LinearPotential Potential(InvariantRepresentation representation)
    {
        var design = new EnergyDesign([representation], [26]);
        return new LinearPotential(design, Enumerable.Range(0, design.Columns).Select(k => 1.0 / (1 + k % 17)));
    }
}
