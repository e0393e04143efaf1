using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Toolkit.Benchmarks.Summary;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Models;

/// <summary>
/// A whole fit as <c>toolkit fit</c> makes it: 1000 structures of 96 atoms of two elements, energies and forces of a pair potential, 495
/// features, on two threads; and predictions of it, in memory and from file to file. It takes a minute or two: only where it is asked for
/// by name.
/// </summary>
internal static class FitScaling
{
    private const int Count = 1000, Small = 8000, Threads = 2, Turns = 9;

    internal static IEnumerable<Row> Summary()
    {
        Structure[] structures = [.. Enumerable.Range(0, Count).Select(static k => Made(k, 96, 2.1))];
        FittedModel model = null!;
        double fit = Seconds(() => model = Fit(5, 8, structures));
        yield return new Row("fit", $"{Count} structures of 96 atoms with forces, {model.FeatureCount} features, {Threads} threads", fit,
            "s", 120, "goal");
        yield return new Row("memory", "the same", Process.GetCurrentProcess().PeakWorkingSet64 / 1e9, "GB", 2, "goal");

        // Few features and few atoms: text takes as long as arithmetic.
        FittedModel small = Fit(3, 2, structures[..30]);
        Structure[] many = [.. Enumerable.Range(0, Small).Select(static k => Made(k, 24, 2.3))];
        string folder = Directory.CreateTempSubdirectory().FullName, from = Path.Combine(folder, "in.xyz");
        try
        {
            double write = Least(() => ExtendedXyzWriter.Write(from, many)), read = Least(() => ExtendedXyzReader.Read(from).Count());
            double numbers = 1e9 / (Small * 24.0 * 6);
            yield return new Row("extended XYZ, read", $"{Small} structures of 24 atoms with forces", read * numbers, "ns/number");
            yield return new Row("extended XYZ, written", "the same", write * numbers, "ns/number");
            yield return Predictions(small, many, folder);
            yield return Predictions(model, structures, folder);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>The time of predictions from a file to another one, on the disk when they end, beside those of structures in memory: with
    /// as many threads, neighbours found in both, in turns, medians.</summary>
    private static Row Predictions(FittedModel model, Structure[] structures, string folder)
    {
        string from = Path.Combine(folder, "from.xyz"), to = Path.Combine(folder, "to.xyz");
        ExtendedXyzWriter.Write(from, structures);
        StructureSource memory = StructureSource.Of(structures, "memory"), file = StructureSource.OfFiles([(from, from)]);
        string workload = $"{structures.Length} structures of {structures[0].Count} atoms, {model.FeatureCount} features, {Threads} threads";
        double[] own = new double[Turns], whole = new double[Turns];
        for (int k = -1; k < Turns; k++)
        {
            // The first turn is not counted: methods are still compiled.
            own[Math.Max(k, 0)] = Seconds(() => _ = model.Predict(memory, Threads).Count());
            whole[Math.Max(k, 0)] = Seconds(() => ExtendedXyzWriter.WriteUtf8(
                to, model.Predict(file, (s, p) => ExtendedXyzWriter.ToUtf8(p.Label(s, [], "")), Threads).Select(static p => p.Result)));
        }

        return new Row("predictions, file to file", workload, Median(whole), "s", Median(own) / 0.9, "in memory, over 0.9");
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static FittedModel Fit(int nmax, int lmax, Structure[] structures) => FitRun.Fit(
        Spec.Parse(FormattableString.Invariant($$"""
            { "cutoff": { "radius": 4, "smoothing": 1 }, "density": { "sigma": 0.4 }, "lmax": {{lmax}}, "representation": { "kind": "power-spectrum" },
              "radial": { "nmax": {{nmax}} } }
            """), "spec"),
        StructureSource.Of(structures, "structures"), "spec", new FitRequest { Threads = Threads });

    private static double Least(Action work) => Enumerable.Range(0, 3).Min(_ => Seconds(work));

    private static double Least<T>(Func<T> work) => Least(() => { work(); });

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>A periodic structure of two elements at places of a lattice, shaken, with the energy and forces of pairs.</summary>
    private static Structure Made(int seed, int atoms, double spacing)
    {
        var random = new Random(seed);
        int edge = (int)Math.Ceiling(Math.Cbrt(atoms));
        double length = edge * spacing;
        int[] places = Enumerable.Range(0, edge * edge * edge).ToArray();
        random.Shuffle(places);
        double[] positions = new double[3 * atoms], forces = new double[3 * atoms];
        int[] species = new int[atoms];
        for (int i = 0; i < atoms; i++)
        {
            species[i] = i % 2 == 0 ? 14 : 8;
            for (int d = 0; d < 3; d++)
            {
                positions[(3 * i) + d] =
                    spacing * (places[i] / (d == 0 ? 1 : d == 1 ? edge : edge * edge) % edge) + 0.3 * (random.NextDouble() - 0.5);
            }
        }

        Structure bare = Structure.Create(species, positions, Cell.Cubic(length), Periodicity.All);
        using NeighborList pairs = NeighborList.Build(bare, 4);
        double energy = 0;
        for (int i = 0; i < atoms; i++)
        {
            for (int p = pairs.Offsets[i]; p < pairs.Offsets[i + 1]; p++)
            {
                // ½ e of each direction, e = q (1 − r/4)³.
                double x = pairs.X[p], y = pairs.Y[p], z = pairs.Z[p], r = Math.Sqrt(x * x + y * y + z * z), left = 1 - r / 4;
                double q = species[i] == species[pairs.Neighbors[p]] ? 5 : 3, slope = -0.75 * q * left * left / r;
                energy += 0.5 * q * left * left * left;
                forces[3 * i] += slope * x;
                forces[(3 * i) + 1] += slope * y;
                forces[(3 * i) + 2] += slope * z;
            }
        }

        return bare.WithProperty("energy", PropertyValue.Real(energy)).WithAtomProperty("forces", PropertyArray.Real(forces, 3));
    }
}
