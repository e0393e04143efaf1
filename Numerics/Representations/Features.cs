using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>The features of a whole data set as a specification says: what the command line and the figures share.</summary>
public static class Features
{
    /// <summary>Features of every atom of every structure.</summary>
    /// <param name="spec">How they are made.</param>
    /// <param name="frames">The structures.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="source">What messages call the structures: the file's name.</param>
    /// <param name="gradients">Whether gradients by all positions are wanted.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="progress">Told the number of structures done, after each; or null.</param>
    /// <param name="table">Coupling coefficients up to <see cref="Spec.CouplingLMax"/>; null: those that come with the library.</param>
    /// <returns>The values with their labels, and the specification with its species written out.</returns>
    /// <exception cref="InputException">An element without channels; atoms at the same place or too far from the cell; a basis or
    /// gradients that cannot be held.</exception>
    public static FeatureTable Compute(
        Spec spec,
        IReadOnlyList<Structure> frames,
        string specSource,
        string source,
        bool gradients = false,
        int threads = 1,
        Action<int>? progress = null,
        CouplingTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(frames);
        IReadOnlyList<int> species = spec.Species ?? SpeciesOf(frames);
        spec = spec with { Species = species, Fields = WithKeys(spec.Fields, frames, source, spec.Representation.Coupling) };
        RequireSpecies(species, frames, source);
        if (species.Count == 0)
        {
            throw new InputException(source, null, null, "no atoms", "structures with atoms, or a specification with species");
        }

        spec = WithContraction(spec, frames, specSource, source);
        Representation representation = spec.CreateRepresentation(species, specSource, table);
        RepresentationSet set = RepresentationSet.Of(representation);
        FeatureTable features = TableFor(representation, spec, gradients);
        for (int f = 0; f < frames.Count; f++)
        {
            try
            {
                if (gradients)
                {
                    FeatureGradients all = set.ComputeWithGradients(frames[f], threads);
                    features.Add(frames[f], all.Values.ToArray(), all.Offsets, all.Atoms, all.Gradients.ToArray(), all.VectorGradients.ToArray());
                }
                else
                {
                    features.Add(frames[f], set.Compute(frames[f], threads));
                }
            }
            catch (ArgumentException e) when (Misplaced(source, f, e) is { } misplaced)
            {
                throw misplaced;
            }
            catch (Exception e) when (e is OverflowException or OutOfMemoryException)
            {
                throw new InputException(
                    source,
                    null,
                    $"frame {f + 1}",
                    $"{frames[f].Count} atoms with {representation.FeatureCount} features{(gradients ? " and their gradients" : "")}, more than memory holds",
                    "a smaller structure, cutoff, nmax or lmax");
            }

            progress?.Invoke(f + 1);
        }

        return features;
    }

    private static FeatureTable TableFor(Representation representation, Spec spec, bool gradients)
    {
        if (representation is EquivariantRepresentation equivariants)
        {
            FeatureBlock[] blocks = equivariants.Layout
                .Select(static b => new FeatureBlock(b.Key.Lambda, b.Key.Sigma, b.Labels.Names, b.Labels.Values.ToArray(), b.First))
                .ToArray();
            return new FeatureTable(blocks, spec.ToJson(), gradients);
        }

        FeatureLabels labels = ((InvariantRepresentation)representation).Labels;
        return new FeatureTable(
            labels.Names, labels.Values.ToArray(), spec.ToJson(), gradients, spec.Fields.Select(static f => f.Name).ToArray());
    }

    /// <summary>Every field with the key under which all frames have it.</summary>
    /// <param name="fields">The fields of a specification.</param>
    /// <param name="frames">The structures.</param>
    /// <param name="source">What messages call the structures: the file's name.</param>
    /// <param name="coupling">How the features couple the vectors.</param>
    /// <exception cref="InputException">
    /// Vectors that are absent, of another shape or not finite, or two usual keys that differ: with the frame and the key. One
    /// number per atom, a moment along an axis that is not said, where vectors turn together with the structure: features
    /// would change when the axes of space are turned.
    /// </exception>
    public static IReadOnlyList<VectorFieldSpec> WithKeys(
        IReadOnlyList<VectorFieldSpec> fields, IReadOnlyList<Structure> frames, string source, FieldCoupling coupling = FieldCoupling.Summed) =>
        fields.Select(f =>
        {
            VectorField field = f.CreateField();
            IReadOnlyList<string> keys = f.Key is null && f.IsSpin ? Labels.UsualSpinKeys : [field.Key];
            string quantity = f.IsSpin ? $"spins ({f.Name})" : $"vectors ({f.Name})";
            string chosen = Labels.KeyOf(frames, source, keys, quantity, field.Expected, (s, key) => (field with { Key = key }).TryRead(s));
            return coupling == FieldCoupling.Summed || frames.All(s => s.AtomProperties[chosen].Components == 3)
                ? f with { Key = chosen }
                : throw new InputException(
                    source,
                    null,
                    chosen,
                    "one number per atom, a moment whose axis is not said",
                    "\"coupling\": \"summed\" in the specification, or a key (--spin-key) with three numbers per atom along the axis of choice");
        }).ToArray();

    /// <summary>
    /// The specification with the weights of its radial contraction, made from the structures where it leaves them to the data
    /// (<see cref="RadialCovariance"/>); others come back as they are.
    /// </summary>
    /// <param name="spec">The specification.</param>
    /// <param name="frames">The structures.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="source">What messages call the structures: the file's name.</param>
    /// <exception cref="InputException">An element without channels; atoms at the same place or too far from the cell; no atoms;
    /// more functions than the basis has.</exception>
    public static Spec WithContraction(Spec spec, IReadOnlyList<Structure> frames, string specSource, string source)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(frames);
        if (spec.Radial.Contraction is not { Weights: null } wanted)
        {
            return spec;
        }

        IReadOnlyList<int> species = spec.Species ?? SpeciesOf(frames);
        RequireSpecies(species, frames, source);
        Spec full = spec with { Fields = [], Radial = spec.Radial with { Contraction = null } };
        RadialCovariance covariance = new(full.CreateExpansion(species, specSource));
        for (int f = 0; f < frames.Count; f++)
        {
            try
            {
                covariance.Add(frames[f]);
            }
            catch (ArgumentException e) when (Misplaced(source, f, e) is { } misplaced)
            {
                throw misplaced;
            }
        }

        try
        {
            RadialContraction weights = wanted.Channels is int channels ? covariance.Contract(channels) : covariance.Contract(wanted.Captured!.Value);
            return spec with { Radial = spec.Radial with { Contraction = new ContractionSpec(null, null, weights) } };
        }
        catch (InvalidOperationException)
        {
            throw new InputException(source, null, null, "no atoms", "structures to make the radial functions from");
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new InputException(specSource, null, "$.radial.contraction.channels", $"{wanted.Channels}", "at most the number of radial functions");
        }
    }

    /// <summary>The error of atoms where none can be, with their places; null: it is another.</summary>
    private static InputException? Misplaced(string source, int frame, ArgumentException e) => e switch
    {
        CoincidentAtomsException c => new InputException(
            source, null, $"frame {frame + 1}, atoms {c.First + 1} and {c.Second + 1}", "the same place", "atoms apart"),
        DistantAtomException d => new InputException(
            source,
            null,
            $"frame {frame + 1}, atom {d.Atom + 1}",
            string.Create(CultureInfo.InvariantCulture, $"a position {d.Distance:R} lattice vectors away from the cell"),
            $"at most {DistantAtomException.Farthest}"),
        _ => null,
    };

    private static int[] SpeciesOf(IReadOnlyList<Structure> frames)
    {
        SortedSet<int> species = [];
        foreach (Structure frame in frames)
        {
            foreach (int z in frame.Species)
            {
                species.Add(z);
            }
        }

        return species.ToArray();
    }

    private static void RequireSpecies(IReadOnlyList<int> species, IReadOnlyList<Structure> frames, string source)
    {
        bool[] isKnown = new bool[Elements.Last + 1];
        foreach (int z in species)
        {
            isKnown[z] = true;
        }

        for (int f = 0; f < frames.Count; f++)
        {
            for (int i = 0; i < frames[f].Count; i++)
            {
                if (!isKnown[frames[f].Species[i]])
                {
                    throw new InputException(
                        source,
                        null,
                        $"frame {f + 1}, atom {i + 1}",
                        $"the element {Elements.Symbol(frames[f].Species[i])}",
                        $"one of the specification's species {string.Join(", ", species.Select(Elements.Symbol))}");
                }
            }
        }
    }
}
