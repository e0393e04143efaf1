using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Learning;

/// <summary>The features of many environments, by the species of their centres.</summary>
public sealed class EnvironmentSample
{
    private readonly SortedDictionary<int, List<double>> _rows = [];
    private readonly Dictionary<int, List<int>> _structures = [];

    /// <summary>The environments of all atoms of the structures, in their order.</summary>
    /// <param name="set">What computes the features.</param>
    /// <param name="structures">At least one atom among them.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    public EnvironmentSample(RepresentationSet set, IEnumerable<Structure> structures, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(set);
        FeatureCount = set.FeatureCount;
        foreach (Structure structure in structures)
        {
            double[] values = set.Compute(structure, threads);
            for (int i = 0; i < structure.Count; i++)
            {
                if (!_rows.TryGetValue(structure.Species[i], out List<double>? rows))
                {
                    _rows.Add(structure.Species[i], rows = []);
                    _structures.Add(structure.Species[i], []);
                }
                _structures[structure.Species[i]].Add(StructureCount);
                rows.AddRange(values.AsSpan(i * FeatureCount, FeatureCount));
            }
            StructureCount++;
        }
        if (_rows.Count == 0) throw new ArgumentException("expected at least one atom", nameof(structures));
    }

    private EnvironmentSample(int features) => FeatureCount = features;

    /// <summary>
    /// Environments drawn evenly from all, of each species at most so many (Vitter, ACM Trans. Math. Softw. 11, 37, 1985,
    /// algorithm R): memory does not grow with the data.
    /// </summary>
    /// <param name="features">Features per environment.</param>
    /// <param name="structures">The features of the atoms of each structure: species, and <c>[atom, feature]</c>.</param>
    /// <param name="most">The most environments of a species.</param>
    internal static EnvironmentSample Draw(int features, IEnumerable<(int[] Species, double[] Values)> structures, int most)
    {
        var result = new EnvironmentSample(features);
        var random = new Random(1);
        Dictionary<int, long> seen = [];
        foreach ((int[] species, double[] values) in structures)
        {
            for (int i = 0; i < species.Length; i++)
            {
                if (!result._rows.TryGetValue(species[i], out List<double>? rows))
                    result._rows.Add(species[i], rows = []);
                ReadOnlySpan<double> row = values.AsSpan(i * features, features);
                long number = seen[species[i]] = seen.GetValueOrDefault(species[i]) + 1;
                long place = number <= most ? number - 1 : random.NextInt64(number);
                if (number <= most) rows.AddRange(row);
                else if (place < most)
                    row.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows).Slice((int)place * features, features));
            }
        }
        if (result._rows.Count == 0) throw new ArgumentException("expected at least one atom", nameof(structures));
        return result;
    }

    /// <summary>Features per environment.</summary>
    public int FeatureCount { get; }

    /// <summary>How many structures there were.</summary>
    public int StructureCount { get; }

    /// <summary>The species of the centres, increasing.</summary>
    public IReadOnlyList<int> Species => _rows.Keys.ToArray();

    /// <summary>The features of all environments of one species of centre: <c>[environment, feature]</c>.</summary>
    public ReadOnlySpan<double> Rows(int species) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows[species]);

    /// <summary>The structure that each environment of one species of centre is in, rising: <c>[environment]</c>.</summary>
    public ReadOnlySpan<int> Structures(int species) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_structures[species]);
}
