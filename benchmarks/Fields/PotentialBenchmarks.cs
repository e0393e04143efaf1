using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Machine;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Fields;

/// <summary>
/// Potential fields (p = 1, σ = 1 Å, lmax 4, one monomial per l within 3 Å) of a molten salt, by waves and by a mesh.
/// One thread; neighbour lists and everything that depends on the structure are part of each figure.
/// </summary>
public class PotentialBenchmarks
{
    private readonly Structure _small = MoltenSalt.Create(4), _large = MoltenSalt.Create(10);
    private readonly PotentialField _waves = Field(1e-6, PotentialEvaluator.Waves), _mesh = Field(1e-4, PotentialEvaluator.Mesh);
    private readonly PotentialField _accurateMesh = Field(1e-6, PotentialEvaluator.Mesh);

    internal static PotentialField Field(double tolerance, PotentialEvaluator evaluator) => new(
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
        return Back(state, structure, values);
    }

    private static PotentialDerivatives Back(PotentialState state, Structure structure, double[] values)
    {
        state.Backward(0, structure.Count, values);
        return state.End();
    }

    internal static IEnumerable<Row> Summary()
    {
        var work = new PotentialBenchmarks();
        const string small = "molten NaCl, 512 ions, lmax 4, 1e-6", large = "molten NaCl, 8000 ions, lmax 4, 1e-4";
        foreach (Row row in Rows(work._small, small, [("waves", work._waves), ("mesh", work._accurateMesh)], 1e-3, "ms", 50))
            yield return row;
        foreach (Row row in Rows(work._large, large, [("mesh", work._mesh)], 1.0 / work._large.Count, "µs/ion", 300))
            yield return row;
    }

    /// <summary>Values beside the goal, for a register peak of 50 GFlop/s, and derivatives beside the values.</summary>
    private static IEnumerable<Row> Rows(
        Structure structure, string workload, (string Name, PotentialField Field)[] evaluators, double scale, string unit, double goal)
    {
        foreach ((string name, PotentialField field) in evaluators)
        {
            double[] values = new double[structure.Count * field.ValuesPerCentre];
            (double forward, double peak) = MachineLimits.PeakBeside<double>(1, () =>
            {
                using PotentialState state = field.Begin(structure);
                state.Forward(0, structure.Count, values);
            }, 1);
            yield return new Row($"potential field, {name}", workload, scale * forward, unit, goal * 50 / peak,
                "goal for 50 GFlop/s, by this machine's peak");
            using PotentialState one = field.Begin(structure);
            double backward = Clock.Microseconds(() => Back(one, structure, values), 1);
            yield return new Row($"its derivatives, {name}", workload, scale * backward, unit, 3 * scale * forward, "3 × values");
        }
    }
}
