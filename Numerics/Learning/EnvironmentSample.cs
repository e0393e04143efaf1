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
