using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Atoms in space: species, positions, an optional cell, the directions that repeat, and named properties per atom and
/// per structure. Immutable; every With… method gives a new structure and shares what did not change. Atoms may lie
/// outside the cell, and a structure that repeats nowhere may still carry a cell.
/// </summary>
public sealed class Structure : IEquatable<Structure>
{
    private readonly int[] _species;
    private readonly double[] _positions;

    internal Named<PropertyArray> Atoms { get; }

    internal Named<PropertyValue> Whole { get; }

    private Structure(
        int[] species,
        double[] positions,
        Cell? cell,
        Periodicity periodic,
        Named<PropertyArray> atoms,
        Named<PropertyValue> whole)
    {
        _species = species;
        _positions = positions;
        Cell = cell;
        Periodic = periodic;
        Atoms = atoms;
        Whole = whole;
    }

    /// <summary>The number of atoms.</summary>
    public int Count => _species.Length;

    /// <summary>[atom]: atomic numbers 0…118; 0 is "X", no element.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>[atom, xyz] row-major, Å.</summary>
    public ReadOnlySpan<double> Positions => _positions;

    /// <summary>The lattice vectors, or null.</summary>
    public Cell? Cell { get; }

    /// <summary>The directions that repeat; each has a lattice vector.</summary>
    public Periodicity Periodic { get; }

    /// <summary>Per-atom properties by name, in the order they were given.</summary>
    public IReadOnlyDictionary<string, PropertyArray> AtomProperties => Atoms;

    /// <summary>Per-structure properties by name, in the order they were given.</summary>
    public IReadOnlyDictionary<string, PropertyValue> Properties => Whole;

    /// <summary>Checks and copies its arguments.</summary>
    /// <param name="species">[atom]: atomic numbers 0…118.</param>
    /// <param name="positions">[atom, xyz] row-major, Å, finite.</param>
    /// <param name="cell">The lattice vectors, or null.</param>
    /// <param name="periodic">The directions that repeat.</param>
    /// <param name="atomProperties">
    /// One row per atom each. A name is a word without " ' { } [ ] : = , \ and is none of species, pos, Z.
    /// </param>
    /// <param name="properties">A name is not empty, has no control characters, and is none of Lattice, Properties, pbc (in any letter
    /// case).</param>
    /// <exception cref="ArgumentException">Something of the above does not hold; the message says what and where.</exception>
    public static Structure Create(
        ReadOnlySpan<int> species,
        ReadOnlySpan<double> positions,
        Cell? cell = null,
        Periodicity periodic = default,
        IEnumerable<KeyValuePair<string, PropertyArray>>? atomProperties = null,
        IEnumerable<KeyValuePair<string, PropertyValue>>? properties = null) =>
        Of(species.ToArray(), positions.ToArray(), cell, periodic, atomProperties ?? [], properties ?? []);

    /// <summary>The same of arrays that nobody else has.</summary>
    internal static Structure Of(int[] species, double[] positions, Cell? cell, Periodicity periodic,
        IEnumerable<KeyValuePair<string, PropertyArray>> atomProperties, IEnumerable<KeyValuePair<string, PropertyValue>> properties)
    {
        if (positions.Length != 3L * species.Length)
        {
            throw new ArgumentException(
                $"{species.Length} atoms have {3L * species.Length} coordinates; got {positions.Length}.", nameof(positions));
        }

        for (int i = 0; i < species.Length; i++)
        {
            if ((uint)species[i] > Elements.Last)
                throw new ArgumentException($"Atom {i} has atomic number {species[i]}; expected 0…{Elements.Last}.", nameof(species));
        }

        RequireFinite(positions);
        RequireVectors(cell, periodic);

        Named<PropertyArray> atoms = new([.. atomProperties]);
        Named<PropertyValue> whole = new([.. properties]);
        foreach ((string name, PropertyArray value) in atoms.All)
            RequireAtomProperty(name, value, species.Length);

        foreach ((string name, PropertyValue value) in whole.All)
            RequireProperty(name, value);

        if (atoms.Twice() is { } atom)
            throw new ArgumentException($"The atom property \"{atom}\" is given twice.", nameof(atomProperties));

        if (whole.Twice() is { } twice)
            throw new ArgumentException($"The property \"{twice}\" is given twice.", nameof(properties));

        return new Structure(species, positions, cell, periodic, atoms, whole);
    }

    /// <summary>The same atoms at other places.</summary>
    /// <param name="positions">[atom, xyz] row-major, Å, finite.</param>
    /// <exception cref="ArgumentException">Wrong length, or a number that is not finite.</exception>
    public Structure WithPositions(ReadOnlySpan<double> positions)
    {
        if (positions.Length != _positions.Length)
            throw new ArgumentException($"{Count} atoms have {_positions.Length} coordinates; got {positions.Length}.", nameof(positions));

        RequireFinite(positions);
        return new(_species, positions.ToArray(), Cell, Periodic, Atoms, Whole);
    }

    /// <summary>The same atoms in another cell; the positions stay.</summary>
    /// <exception cref="ArgumentException">A direction repeats and has no lattice vector.</exception>
    public Structure WithCell(Cell? cell, Periodicity periodic)
    {
        RequireVectors(cell, periodic);
        return new(_species, _positions, cell, periodic, Atoms, Whole);
    }

    /// <summary>Other species at the same places.</summary>
    /// <param name="species">[atom]: atomic numbers 0…118.</param>
    /// <exception cref="ArgumentException">Wrong length or an atomic number out of range.</exception>
    public Structure WithSpecies(ReadOnlySpan<int> species) =>
        Create(species, _positions, Cell, Periodic, AtomProperties, Properties);

    /// <summary>With one atom property added or replaced.</summary>
    /// <exception cref="ArgumentException">A name that is not allowed, or not one row per atom.</exception>
    public Structure WithAtomProperty(string name, PropertyArray value)
    {
        RequireAtomProperty(name, value, Count);
        return new(_species, _positions, Cell, Periodic, Atoms.With(new KeyValuePair<string, PropertyArray>(name, value)), Whole);
    }

    /// <summary>With one property added or replaced.</summary>
    /// <exception cref="ArgumentException">A name that is not allowed.</exception>
    public Structure WithProperty(string name, PropertyValue value)
    {
        RequireProperty(name, value);
        return new(_species, _positions, Cell, Periodic, Atoms, Whole.With(new KeyValuePair<string, PropertyValue>(name, value)));
    }

    /// <summary>With several properties and atom properties added or replaced, in one step.</summary>
    /// <exception cref="ArgumentException">A name that is not allowed, or not one row per atom.</exception>
    internal Structure With(
        IReadOnlyList<KeyValuePair<string, PropertyValue>> properties, IReadOnlyList<KeyValuePair<string, PropertyArray>> atomProperties)
    {
        foreach ((string name, PropertyValue value) in properties)
            RequireProperty(name, value);
        foreach ((string name, PropertyArray value) in atomProperties)
            RequireAtomProperty(name, value, Count);
        return new(_species, _positions, Cell, Periodic, Atoms.With(atomProperties), Whole.With(properties));
    }

    /// <summary>Without the atom property of that name, if there is one.</summary>
    public Structure WithoutAtomProperty(string name) =>
        new(_species, _positions, Cell, Periodic, Atoms.Without(name), Whole);

    /// <summary>Without the property of that name, if there is one.</summary>
    public Structure WithoutProperty(string name) =>
        new(_species, _positions, Cell, Periodic, Atoms, Whole.Without(name));

    /// <summary>
    /// Positions and lattice vectors multiplied from the left by a matrix: r → F·r, a → F·a. Properties stay as they
    /// are: what a vector property does under F is for the caller to say.
    /// </summary>
    /// <param name="matrix">F, 3×3 row-major, finite and not singular.</param>
    /// <exception cref="ArgumentException">Not nine finite numbers, or F is singular for the cell.</exception>
    public Structure Transform(ReadOnlySpan<double> matrix)
    {
        if (matrix.Length != 9)
            throw new ArgumentException($"A 3×3 matrix has 9 numbers; got {matrix.Length}.", nameof(matrix));

        double[] positions = new double[_positions.Length];
        Cell.Apply(matrix, _positions, positions);
        RequireFinite(positions);
        return new(_species, positions, Cell?.Transform(matrix), Periodic, Atoms, Whole);
    }

    /// <summary>The given atoms in the given order, with their properties; an atom may come more than once.</summary>
    /// <remarks>Per-structure properties stay; when atoms are left out some of them (an energy) no longer belong.</remarks>
    /// <exception cref="ArgumentException">An index is no atom.</exception>
    public Structure Select(ReadOnlySpan<int> atoms)
    {
        int[] species = new int[atoms.Length];
        double[] positions = new double[3 * atoms.Length];
        for (int i = 0; i < atoms.Length; i++)
        {
            if ((uint)atoms[i] >= (uint)Count)
                throw new ArgumentException($"Atom {atoms[i]} is not in 0…{Count - 1}.", nameof(atoms));

            species[i] = _species[atoms[i]];
            _positions.AsSpan(3 * atoms[i], 3).CopyTo(positions.AsSpan(3 * i));
        }

        KeyValuePair<string, PropertyArray>[] perAtom = Atoms.All.ToArray();
        foreach (ref KeyValuePair<string, PropertyArray> property in perAtom.AsSpan())
            property = new(property.Key, property.Value.Select(atoms));

        return new(species, positions, Cell, Periodic, new(perAtom), Whole);
    }

    /// <summary>
    /// na × nb × nc copies side by side in a cell with edges na·a, nb·b, nc·c. Atom i of the copy (x, y, z) becomes atom
    /// ((x·nb + y)·nc + z)·Count + i. Atom properties are copied along; per-structure properties are left out, since some
    /// grow with the cell (energy) and some do not (stress).
    /// </summary>
    /// <exception cref="ArgumentException">A number below 1, or above 1 where there is no lattice vector; or too many atoms.</exception>
    public Structure Replicate(int na, int nb, int nc)
    {
        ReadOnlySpan<int> counts = [na, nb, nc];
        for (int d = 0; d < 3; d++)
        {
            if (counts[d] < 1)
                throw new ArgumentException($"The number of copies along {"abc"[d]} is {counts[d]}; expected 1 or more.");

            if (counts[d] > 1 && (Cell is null || !Cell.Has(d)))
                throw new ArgumentException($"There is no lattice vector {"abc"[d]} to repeat {counts[d]} times.");
        }

        if ((Int128)na * nb * nc * Math.Max(Count, 1) > Array.MaxLength / 3)
            throw new ArgumentException($"{na}×{nb}×{nc} copies of {Count} atoms are too many for one structure.");

        int copies = na * nb * nc;
        int[] atoms = new int[copies * Count];
        for (int i = 0; i < atoms.Length; i++)
            atoms[i] = i % Count;

        Structure repeated = Select(atoms);
        double[] positions = repeated._positions;
        if (Cell is not null)
        {
            ReadOnlySpan<double> h = Cell.Vectors;
            int p = 0;
            for (int x = 0; x < na; x++)
            {
                for (int y = 0; y < nb; y++)
                {
                    for (int z = 0; z < nc; z++)
                    {
                        for (int i = 0; i < Count; i++, p += 3)
                        {
                            for (int k = 0; k < 3; k++)
                                positions[p + k] += x * h[k] + y * h[3 + k] + z * h[6 + k];
                        }
                    }
                }
            }
        }

        return new(repeated._species, positions, Cell?.Scale(na, nb, nc), Periodic, repeated.Atoms, Named<PropertyValue>.None);
    }

    /// <summary>The same structure with every atom moved into the cell along the periodic directions.</summary>
    public Structure Wrap()
    {
        if (Cell is null)
            return this;

        double[] positions = new double[_positions.Length];
        Cell.Wrap(_positions, Periodic, positions);
        return new(_species, positions, Cell, Periodic, Atoms, Whole);
    }

    /// <summary>Equal numbers, cell, periodicity and properties (by name, in any order); NaN equals NaN in properties.</summary>
    public bool Equals(Structure? other) =>
        other is not null
        && _species.AsSpan().SequenceEqual(other._species)
        && _positions.AsSpan().SequenceEqual(other._positions)
        && Equals(Cell, other.Cell)
        && Periodic == other.Periodic
        && Atoms.IsSame(other.Atoms)
        && Whole.IsSame(other.Whole);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Structure);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int z in _species)
            hash.Add(z);

        foreach (double x in _positions)
            hash.Add(x);

        return hash.ToHashCode();
    }

    /// <summary>Count, cell and periodicity, for messages.</summary>
    public override string ToString() => $"{Count} atoms, {(Cell is null ? "no cell" : "cell " + Cell)}, periodic {Periodic}";

    private static void RequireFinite(ReadOnlySpan<double> positions)
    {
        for (int i = 0; i < positions.Length; i++)
        {
            if (!double.IsFinite(positions[i]))
            {
                throw new ArgumentException(
                    $"Coordinate {"xyz"[i % 3]} of atom {i / 3} is {positions[i].ToString("R", CultureInfo.InvariantCulture)}; "
                    + "it must be finite.",
                    nameof(positions));
            }
        }
    }

    private static void RequireVectors(Cell? cell, Periodicity periodic)
    {
        for (int d = 0; d < 3; d++)
        {
            if (periodic[d] && (cell is null || !cell.Has(d)))
                throw new ArgumentException($"Periodic along {"abc"[d]}, but there is no lattice vector {"abc"[d]}.", nameof(periodic));
        }
    }

    private static void RequireAtomProperty(string name, PropertyArray value, int count)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!IsAtomPropertyName(name))
        {
            throw new ArgumentException(
                $"\"{name}\" is no name for an atom property: a word without \" ' {{ }} [ ] : = , \\ is.", nameof(name));
        }

        if (name is "species" or "pos" or "Z")
        {
            throw new ArgumentException(
                $"\"{name}\" is no name for an atom property: species and positions are given for themselves.", nameof(name));
        }

        if (value.Count != count)
        {
            throw new ArgumentException(
                $"The atom property \"{name}\" has {value.Count} rows; the structure has {count} atoms.", nameof(value));
        }
    }

    private static void RequireProperty(string name, PropertyValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentException.ThrowIfNullOrEmpty(name);
        PropertyData.RequireUnicode(name);
        foreach (char c in name)
        {
            if (char.IsControl(c))
                throw new ArgumentException($"A property name has no control characters; got U+{(int)c:X4}.", nameof(name));
        }

        if (IsReserved(name))
        {
            throw new ArgumentException(
                $"\"{name}\" is no name for a property: cell and periodicity are given for themselves.", nameof(name));
        }
    }

    private static readonly SearchValues<char> Marks = SearchValues.Create("\"'{}[]:=,\\");

    /// <summary>Whether files can name a column so.</summary>
    internal static bool IsAtomPropertyName(string name) =>
        PropertyArray.IsWord(name) && name.AsSpan().IndexOfAny(Marks) < 0;

    private static bool IsReserved(string name) =>
        name.Equals("Lattice", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Properties", StringComparison.OrdinalIgnoreCase)
        || name.Equals("pbc", StringComparison.OrdinalIgnoreCase);
}
