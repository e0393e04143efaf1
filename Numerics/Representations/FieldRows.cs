using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The families that products are made of: the density's, as they stand among the coefficients, and those of each vector
/// field, in memory of their own: <c>[field, row, slot, n padded]</c>.
/// </summary>
internal sealed unsafe class FieldRows
{
    private readonly DensityExpansion _expansion;
    private readonly FieldBasis[] _bases;
    private readonly int[] _first;

    /// <exception cref="ArgumentException">No vector field; or J = lmax + 1 is not in the table.</exception>
    public FieldRows(DensityExpansion expansion, FieldCoupling coupling, CouplingTable table)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        if (expansion.Fields.Count == 0) throw new ArgumentException("expected an expansion with a vector field", nameof(expansion));
        if (coupling != FieldCoupling.Summed)
            table.Require(expansion.LMax + 1, $"J goes to lmax + 1 = {expansion.LMax + 1}", nameof(table));
        _expansion = expansion;
        _bases = Enumerable.Range(0, expansion.Fields.Count).Select(f => new FieldBasis(expansion, f, coupling, table)).ToArray();
        _first = new int[_bases.Length];
        for (int f = 0; f < _bases.Length; f++)
        {
            _first[f] = Length;
            Length += _bases[f].RowCount * _bases[f].RowWidth;
        }
        Density = Enumerable.Range(0, expansion.LMax + 1).Select(l => FieldFamily.OfDensity(expansion, l)).ToArray();
        Vectors = _bases.SelectMany((b, f) => b.Blocks.Select(block => FieldFamily.OfVectors(expansion, f, block))).ToArray();
    }

    /// <summary>Doubles of all rows.</summary>
    public int Length { get; }

    /// <summary>The number of rows of all fields.</summary>
    public int RowCount => _bases.Sum(static b => b.RowCount);

    /// <summary>The first row of a field among those of all.</summary>
    public int FirstRow(int field) => _bases.Take(field).Sum(static b => b.RowCount);

    /// <summary>Doubles of the change of one slot's rows.</summary>
    public int ChangeLength => _bases.Max(static b => b.RowCount) * _expansion.GroupStride;

    /// <summary>The families of the density, by l.</summary>
    public IReadOnlyList<FieldFamily> Density { get; }

    /// <summary>The families of the vector fields.</summary>
    public IReadOnlyList<FieldFamily> Vectors { get; }

    /// <summary>The rows of a family.</summary>
    /// <param name="family">The family.</param>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>; or their adjoint.</param>
    /// <param name="rows"><see cref="Length"/> doubles after <see cref="Forward"/>; or their adjoint.</param>
    public FamilyRows Of(FieldFamily family, double* coefficients, double* rows)
    {
        if (family.Field == FieldFamily.Density) return new FamilyRows(coefficients + family.Row * _expansion.Width, _expansion.Width);
        int f = family.Field - 1, width = _bases[f].RowWidth;
        return new FamilyRows(rows + _first[f] + family.Row * width, width);
    }

    /// <summary>The rows of all vector fields from their coefficients.</summary>
    public void Forward(double* coefficients, double* rows)
    {
        for (int f = 0; f < _bases.Length; f++)
            _bases[f].Forward(coefficients, rows + _first[f]);
    }

    /// <summary>Adds dE/dc that follows from dE/drows.</summary>
    public void Backward(double* rows, double* adjoint)
    {
        for (int f = 0; f < _bases.Length; f++)
            _bases[f].Backward(rows + _first[f], adjoint);
    }

    /// <summary>The change of one slot's rows, <c>[row, n padded]</c>; see <see cref="FieldBasis.Tangent"/>.</summary>
    public void Tangent(int field, double* tangent, ReadOnlySpan<double> vector, double* change) =>
        _bases[field].Tangent(tangent, vector, change);

    /// <summary>The angular numbers of all rows of a block of pairs: <c>[row, lane, kind]</c>; see <see cref="FieldBasis.Angles"/>.</summary>
    public void Angles(EnvironmentScratch scratch, int block, double* angles)
    {
        int lanes = EnvironmentScratch.Lanes * scratch.Blocks;
        for (int f = 0; f < _bases.Length; f++)
        {
            _bases[f].Angles(scratch, scratch.Vectors + 3 * f * lanes + block * EnvironmentScratch.Lanes, lanes, angles);
            angles += PairFactor.AngleStride * _bases[f].RowCount;
        }
    }

    /// <summary>The change of a family's rows of one slot, out of that of all rows or of the density's tangent.</summary>
    public FamilyRows Change(FieldFamily family, double* change) => new(change + family.Row * _expansion.GroupStride, _expansion.GroupStride);

    /// <summary>A family as the leaf of a coupling tree.</summary>
    public CouplingLeaf Leaf(FieldFamily family, string l, string j) => family.Field == FieldFamily.Density
        ? new CouplingLeaf(CouplingField.Density, j)
        : new CouplingLeaf(_expansion.Fields[family.Field - 1].CouplingField, l, (CouplingOrder)j);

    /// <summary>Whether a product of families keeps its sign under time reversal and is wanted for its sign under the
    /// inversion.</summary>
    public static bool IsKept(Parities parities, params ReadOnlySpan<FieldFamily> factors)
    {
        bool time = false, inversion = false;
        foreach (FieldFamily factor in factors)
        {
            time ^= factor.IsOddInTime;
            inversion ^= factor.IsOddUnderInversion;
        }
        return !time && parities.Include(inversion ? 1 : 0);
    }
}
