using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// What one walk through a data set tells before any feature is made: the species that a specification leaves to the data, the
/// keys of its fields, and how many rows there will be.
/// </summary>
internal sealed class FeatureSurvey
{
    private readonly List<int> _centres = [];

    /// <summary>Walks through the structures.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="source">The structures.</param>
    /// <param name="choice">The atoms that get features.</param>
    /// <param name="progress">Told the structures that are read; or null.</param>
    /// <exception cref="InputException">An element without channels; no atoms; a field that is absent, of another shape or not
    /// finite, or under two keys; one number per atom, a moment along an axis that is not said, where vectors turn together with
    /// the structure: features would change when the axes of space are turned.</exception>
    public FeatureSurvey(Spec spec, StructureSource source, CentreChoice choice, FeatureProgress? progress)
    {
        bool[]? isKnown = spec.Species is null ? null : new bool[Elements.Last + 1];
        foreach (int z in spec.Species ?? [])
            isKnown![z] = true;

        Labels.KeySearch[] keys = spec.Fields.Select(SearchFor).ToArray();
        SortedSet<int> species = [];
        foreach ((Structure structure, FramePlace place) in source.Read())
        {
            for (int i = 0; i < structure.Count; i++)
            {
                int z = structure.Species[i];
                if (isKnown?[z] == false)
                {
                    throw place.Bad($"atom {i + 1}", $"the element {Elements.Symbol(z)}",
                        $"one of the specification's species {string.Join(", ", spec.Species!.Select(Elements.Symbol))}");
                }

                species.Add(z);
            }

            foreach (Labels.KeySearch key in keys)
                key.Add(structure, place);

            _centres.Add(choice.Of(structure, place).Length);
            progress?.Invoke("structures read", _centres.Count, 0);
        }

        for (int f = 0; f < keys.Length; f++)
        {
            if (keys[f].Components == 1 && spec.Fields[f].Axis is null && spec.Representations.Any(r => r.Turns(spec.Fields[f].Name)))
            {
                throw new InputException(
                    source.Name,
                    null,
                    keys[f].Key,
                    "one number per atom, a moment whose axis is not said",
                    "\"coupling\": \"summed\" in the specification, \"axis\": [x, y, z] in its field, or a key (--spin-key) with three numbers per atom");
            }
        }

        Spec = spec with
        {
            Species = spec.Species ?? species.ToArray(),
            Fields = spec.Fields.Zip(keys, static (f, k) => f with { Key = k.Key }).ToArray(),
        };
        if (Spec.Species.Count == 0)
            throw new InputException(source.Name, null, null, "no atoms", "structures with atoms, or a specification with species");
    }

    /// <summary>The specification with species and keys.</summary>
    public Spec Spec { get; }

    /// <summary>[structure]: how many atoms get features.</summary>
    public IReadOnlyList<int> Centres => _centres;

    private static Labels.KeySearch SearchFor(VectorFieldSpec f)
    {
        Expansion.VectorField field = f.CreateField();
        return new Labels.KeySearch(
            f.Key is null && f.IsSpin ? Labels.UsualSpinKeys : [field.Key],
            f.IsSpin ? $"spins ({f.Name})" : $"vectors ({f.Name})",
            field.Expected,
            (s, key) => (field with { Key = key }).TryRead(s));
    }
}
