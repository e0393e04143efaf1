using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Machine;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Representations;

/// <summary>
/// Bispectrum and λ-SOAP, nmax 6, lmax 4, σ 0.4 Å, cutoff 5 Å: into memory of the caller, expansion and neighbour lists
/// included, and the backward pass to forces and virial.
/// </summary>
public class CoupledBenchmarks
{
    private readonly Structure _silicon = PerturbedSilicon.Create();
    private readonly Bispectrum _bispectrum;
    private readonly LambdaSoap _soap;
    private readonly RepresentationSet _invariants;
    private readonly double[] _values, _weights, _components;
    private readonly float[] _singleValues, _singleComponents;
    private readonly EquivariantBlocks _blocks;
    private readonly Structure _small = PerturbedSilicon.Create(cells: 2);
    private FeatureGradients? _bispectrumGradients, _soapGradients;

    /// <summary>Prepares the workload.</summary>
    public CoupledBenchmarks()
    {
        var radial = RadialTable.Build(new SmearedGto(new GtoBasis(6, 5), 4, 5, 0.4), new CutoffFunction(5, 0.5));
        var expansion = new DensityExpansion(radial, [14]);
        _bispectrum = new Bispectrum(expansion);
        _soap = new LambdaSoap(expansion);
        _invariants = new RepresentationSet([_bispectrum]);
        _values = new double[_silicon.Count * _bispectrum.FeatureCount];
        _components = new double[_silicon.Count * _soap.FeatureCount];
        (_singleValues, _singleComponents) = (new float[_values.Length], new float[_components.Length]);
        _weights = new double[_values.Length];
        Array.Fill(_weights, 1e-3);
        _blocks = _soap.Compute(_silicon);
    }

    /// <summary>Bispectrum.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public void Bispectrum() => _bispectrum.Compute(_silicon, _values);

    /// <summary>The same in float32.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public void BispectrumSingle() => _bispectrum.ComputeSingle(_silicon, _singleValues);

    /// <summary>Its backward pass.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public Evaluation BispectrumBackward() => _invariants.Evaluate(_silicon, _weights);

    /// <summary>λ-SOAP, λ ≤ 4, all l1, l2 and σ.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public void Equivariants() => _soap.Compute(_silicon, _components);

    /// <summary>The same in float32.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public void EquivariantsSingle() => _soap.ComputeSingle(_silicon, _singleComponents);

    /// <summary>Its backward pass.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public Evaluation EquivariantsBackward() => _soap.Evaluate(_silicon, _blocks);

    /// <summary>Bispectrum with explicit gradients, into the memory of the result before; 64 atoms.</summary>
    [Benchmark(OperationsPerInvoke = 64)]
    public FeatureGradients BispectrumGradients() =>
        _bispectrumGradients = _bispectrum.ComputeWithGradients(_small, 1, _bispectrumGradients);

    /// <summary>λ-SOAP with explicit gradients, likewise.</summary>
    [Benchmark(OperationsPerInvoke = 64)]
    public FeatureGradients EquivariantsGradients() => _soapGradients = _soap.ComputeWithGradients(_small, 1, _soapGradients);

    internal static IEnumerable<Row> Summary()
    {
        var work = new CoupledBenchmarks();
        string invariants = $"{PerturbedSilicon.Name}, nmax 6, lmax 4, {work._bispectrum.FeatureCount} features";
        string blocks = $"{PerturbedSilicon.Name}, nmax 6, lmax 4, {work._soap.FeatureCount} components";
        (double single, double values) = Clock.Beside(work.BispectrumSingle, work.Bispectrum);
        yield return new Row("bispectrum", invariants, values / 512, "µs/atom");
        yield return new Row("bispectrum, float32", invariants, single / 512, "µs/atom", values / 512, "float64");
        yield return new Row("bispectrum, backward", invariants, Clock.Microseconds(() => work.BispectrumBackward()) / 512, "µs/atom");
        (single, values) = Clock.Beside(work.EquivariantsSingle, work.Equivariants);
        yield return new Row("λ-SOAP", blocks, values / 512, "µs/atom");
        yield return new Row("λ-SOAP, float32", blocks, single / 512, "µs/atom", values / 512, "float64");
        yield return new Row("λ-SOAP, backward", blocks, Clock.Microseconds(() => work.EquivariantsBackward()) / 512, "µs/atom");
        foreach (Row row in ManyChannels())
            yield return row;
        double bispectrum = Clock.Microseconds(() => work.BispectrumGradients()) / 64;
        yield return MachineLimits.BesideCopy(
            "bispectrum + gradients", "Si64, the same, in place", bispectrum, work._bispectrumGradients!, 64);
        double soap = Clock.Microseconds(() => work.EquivariantsGradients()) / 64;
        yield return MachineLimits.BesideCopy("λ-SOAP + gradients", "Si64, the same, in place", soap, work._soapGradients!, 64);
    }

    /// <summary>Single beside double precision where products are of many channels: four species, 16 channels of a bispectrum and 24 of
    /// λ-SOAP.</summary>
    private static IEnumerable<Row> ManyChannels()
    {
        Structure alloy = PerturbedSilicon.Create(species: 4);
        Bispectrum bispectrum = new(Alloy(4));
        LambdaSoap soap = new(Alloy(6));
        double[] values = new double[alloy.Count * bispectrum.FeatureCount], components = new double[alloy.Count * soap.FeatureCount];
        float[] singleValues = new float[values.Length], singleComponents = new float[components.Length];
        (double single, double both) = Clock.Beside(
            () => bispectrum.ComputeSingle(alloy, singleValues), () => bispectrum.Compute(alloy, values));
        yield return new Row(
            "bispectrum, float32", "512 atoms of four species, nmax 4, lmax 4", single / 512, "µs/atom", both / 512, "float64");
        (single, both) = Clock.Beside(() => soap.ComputeSingle(alloy, singleComponents), () => soap.Compute(alloy, components));
        yield return new Row(
            "λ-SOAP, float32", "512 atoms of four species, nmax 6, lmax 4", single / 512, "µs/atom", both / 512, "float64");
    }

    private static DensityExpansion Alloy(int nmax) =>
        new(RadialTable.Build(new SmearedGto(new GtoBasis(nmax, 5), 4, 5, 0.4), new CutoffFunction(5, 0.5)), [14, 15, 16, 17]);
}
