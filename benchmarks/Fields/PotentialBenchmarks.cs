using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Fourier;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Fields;

/// <summary>
/// Potential fields (p = 1, σ = 1 Å, lmax 4, one monomial per l within 3 Å) of a molten salt, by waves and by a mesh, and the
/// Fourier transforms beneath the mesh. One thread; neighbour lists and everything that depends on the structure are part of each figure.
/// </summary>
public class PotentialBenchmarks
{
    private readonly Structure _small = MoltenSalt.Create(4), _large = MoltenSalt.Create(10);
    private readonly PotentialField _waves = Field(1e-6, PotentialEvaluator.Waves), _mesh = Field(1e-4, PotentialEvaluator.Mesh);
    private readonly PotentialField _accurateMesh = Field(1e-6, PotentialEvaluator.Mesh);

    private static PotentialField Field(double tolerance, PotentialEvaluator evaluator) => new(
        new PotentialSettings { Tolerance = tolerance, Evaluator = evaluator }, new MonomialBasis(1, 3), 4, [11, 17]);

    /// <summary>Values of 512 ions by waves.</summary>
    [Benchmark]
    public double[] Waves() => _waves.Compute(_small);

    /// <summary>Values of 512 ions by a mesh, to the same error.</summary>
    [Benchmark]
    public double[] AccurateMesh() => _accurateMesh.Compute(_small);

    /// <summary>Values and derivatives of 512 ions by waves.</summary>
    [Benchmark]
    public PotentialDerivatives WavesBackward() => Both(_waves, _small);

    /// <summary>Values of 8000 ions by a mesh.</summary>
    [Benchmark]
    public double[] Mesh() => _mesh.Compute(_large);

    /// <summary>Values and derivatives of 8000 ions by a mesh.</summary>
    [Benchmark]
    public PotentialDerivatives MeshBackward() => Both(_mesh, _large);

    private static PotentialDerivatives Both(PotentialField field, Structure structure)
    {
        using PotentialState state = field.Begin(structure);
        double[] values = new double[structure.Count * field.ValuesPerCentre];
        state.Forward(0, structure.Count, values);
        state.Backward(0, structure.Count, values);
        return state.End();
    }

    internal static IEnumerable<Row> Summary()
    {
        var work = new PotentialBenchmarks();
        const string small = "molten NaCl, 512 ions, lmax 4, 1e-6", large = "molten NaCl, 8000 ions, lmax 4, 1e-4";
        double waves = 1e-3 * Clock.Microseconds(() => work.Waves(), 1);
        yield return new Row("potential field, waves", small, waves, "ms", 50, "goal at 50 GFlop/s");
        yield return new Row("potential field, mesh", small, 1e-3 * Clock.Microseconds(() => work.AccurateMesh(), 1), "ms", 50, "goal at 50 GFlop/s");
        yield return new Row("the same + derivatives, waves", small, 1e-3 * Clock.Microseconds(() => work.WavesBackward(), 1), "ms", 4 * waves, "4 × values");
        double mesh = Clock.Microseconds(() => work.Mesh(), 1) / work._large.Count;
        yield return new Row("potential field, mesh", large, mesh, "µs/ion", 300, "goal");
        yield return new Row("the same + derivatives, mesh", large, Clock.Microseconds(() => work.MeshBackward(), 1) / work._large.Count, "µs/ion",
            4 * mesh, "4 × values");
        foreach (int n in (int[])[64, 128])
        {
            RealTransform3 transform = new(n, n, n);
            double[] x = RandomNumbers.Create(transform.RealLength, n), re = new double[transform.TransformLength], im = new double[re.Length];
            double time = Clock.Microseconds(() => transform.Forward(x, re, im), 1);
            yield return new Row("real Fourier transform", $"{n}³ float64", time / 1e3, "ms");
        }
    }
}
