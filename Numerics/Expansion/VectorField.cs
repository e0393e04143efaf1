using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// A vector that atoms carry, as a spin or a dipole, expanded beside the density:
/// c^q_{a n l m} = Σ_j v_jq f(r_ij) g_nl(r_ij) Y_lm(r̂_ij), j over the neighbours of species a. Lengths are kept as they are.
/// </summary>
public sealed record VectorField
{
    private readonly int[]? _species;
    private readonly double[]? _axis;

    /// <summary>A field.</summary>
    /// <param name="name">What labels and coupling trees call it: letters, digits and underscores, a letter first.</param>
    /// <param name="key">The atom property with three numbers x, y, z per atom.</param>
    /// <param name="axial">Whether it keeps its sign under the inversion, as a spin does.</param>
    /// <param name="timeOdd">Whether it changes its sign when time is reversed, as a spin does.</param>
    /// <param name="species">The species that carry it, atomic numbers; null: all. Those of the others are not looked at.</param>
    /// <param name="centre">Where the central atom's own vector goes; separate: to one channel of its own with the
    /// radial function 1.</param>
    /// <exception cref="ArgumentException">A name that coupling trees do not allow, or the density's.</exception>
    public VectorField(
        string name,
        string key,
        bool axial = false,
        bool timeOdd = false,
        IEnumerable<int>? species = null,
        CentrePolicy centre = CentrePolicy.Separate)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (!IsName(name))
        {
            throw new ArgumentException(
                $"'{name}' is no name of a vector field: expected letters, digits and underscores, a letter first, and not "
                + CouplingField.Density.Name, nameof(name));
        }

        (Name, Key, Axial, TimeOdd, Centre) = (name, key, axial, timeOdd, centre);
        _species = species?.Distinct().Order().ToArray();
    }

    /// <summary>What labels and coupling trees call it.</summary>
    public string Name { get; }

    /// <summary>The atom property that holds it.</summary>
    public string Key { get; init; }

    /// <summary>Whether it keeps its sign under the inversion.</summary>
    public bool Axial { get; }

    /// <summary>Whether it changes its sign when time is reversed.</summary>
    public bool TimeOdd { get; }

    /// <summary>Where the central atom's own vector goes.</summary>
    public CentrePolicy Centre { get; }

    /// <summary>x, y, z of length 1: where a property of one number per atom points; null: along z, which only features that
    /// do not change when all vectors turn alone should be made from.</summary>
    /// <exception cref="ArgumentException">Not three finite numbers, or all zero.</exception>
    public IReadOnlyList<double>? Axis
    {
        get => _axis;
        init
        {
            if (value is not null && !(value.Count == 3 && Math.Sqrt(value.Sum(static x => x * x)) is > 0 and < double.PositiveInfinity))
            {
                throw new ArgumentException(
                    $"expected three finite numbers that are not all zero; got {string.Join(", ", value)}", nameof(value));
            }

            double length = value is null ? 1 : Math.Sqrt(value.Sum(static x => x * x));
            _axis = value?.Select(x => x / length).ToArray();
        }
    }

    /// <summary>The species that carry it, increasing; null: all.</summary>
    public IReadOnlyList<int>? Species => _species;

    /// <summary>The field as coupling trees describe it.</summary>
    public CouplingField CouplingField => new(Name, 1, Axial, TimeOdd);

    /// <summary>Spins in μB: axial and odd under time reversal.</summary>
    /// <param name="key">The atom property that holds them.</param>
    /// <param name="species">The species that carry one; null: all.</param>
    public static VectorField Spin(string key = "spins", IEnumerable<int>? species = null) => new("spin", key, true, true, species);

    /// <summary>Whether atoms of this species carry the vector.</summary>
    public bool IsCarriedBy(int species) => _species is null || Array.BinarySearch(_species, species) >= 0;

    /// <summary>The vectors of a structure's atoms; zero for those that carry none.</summary>
    /// <param name="structure">Has the atom property <see cref="Key"/>: three numbers per atom, or, for an axial field,
    /// one, which is along <see cref="Axis"/>.</param>
    /// <returns><c>[atom, xyz]</c>.</returns>
    /// <exception cref="ArgumentException">Absent, of another shape, or not finite.</exception>
    public double[] Read(Structure structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        if (!structure.AtomProperties.TryGetValue(Key, out PropertyArray? property))
            throw new ArgumentException($"the structure has no atom property '{Key}' (the field {Name})");

        double[] vectors = TryRead(structure)
            ?? throw new ArgumentException($"the atom property '{Key}' (the field {Name}) is {property}; expected {Expected}");
        int bad = Array.FindIndex(vectors, static x => !double.IsFinite(x));
        return bad < 0
            ? vectors
            : throw new ArgumentException($"the atom property '{Key}' (the field {Name}) is {vectors[bad]} at atom {bad / 3}");
    }

    /// <summary>As <see cref="Read"/> where the property is there, but null for another shape, and not finite where it is not.</summary>
    internal double[]? TryRead(Structure structure)
    {
        PropertyArray property = structure.AtomProperties[Key];
        if (property.Kind is not (PropertyKind.Real or PropertyKind.Integer)
            || !(property.Components == 3 || (Axial && property.Components == 1)))
        {
            return null;
        }

        double[] values = property.ToReals(), vectors = new double[3 * structure.Count];
        for (int i = 0; i < structure.Count; i++)
        {
            if (!IsCarriedBy(structure.Species[i])) continue;
            if (property.Components == 3)
            {
                values.AsSpan(3 * i, 3).CopyTo(vectors.AsSpan(3 * i));
            }
            else
            {
                for (int q = 0; q < 3; q++)
                    vectors[3 * i + q] = (_axis is null ? (q == 2 ? 1 : 0) : _axis[q]) * values[i];
            }
        }

        return vectors;
    }

    /// <inheritdoc/>
    public bool Equals(VectorField? other) =>
        other is not null && (Name, Key, Axial, TimeOdd, Centre) == (other.Name, other.Key, other.Axial, other.TimeOdd, other.Centre)
        && (_axis ?? []).AsSpan().SequenceEqual(other._axis ?? []) && (_axis is null) == (other._axis is null)
        && (_species ?? []).AsSpan().SequenceEqual(other._species ?? []) && (_species is null) == (other._species is null);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Key, Axial, TimeOdd, Centre);

    internal static bool IsName(string? name) =>
        !string.IsNullOrEmpty(name) && char.IsAsciiLetter(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && name != CouplingField.Density.Name;

    internal string Expected => Axial ? "three numbers per atom, or one" : "three numbers per atom";
}
