using System;

namespace Toolkit.Numerics.Selection;

/// <summary>What all selections check and decide in the same way.</summary>
internal static class SelectionInput
{
    /// <summary>The number of rows; throws where there is none to speak of.</summary>
    public static int RowCount(ReadOnlySpan<double> rows, int columns, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (rows.Length % columns != 0)
            throw new ArgumentException($"expected whole rows of {columns} numbers; got {rows.Length} numbers", nameof(rows));
        for (int k = 0; k < rows.Length; k++)
        {
            if (!double.IsFinite(rows[k]))
            {
                throw new ArgumentException(
                    $"row {k / columns}, column {k % columns} is {rows[k]:R}; expected a finite number", nameof(rows));
            }
        }
        return rows.Length / columns;
    }

    /// <summary>The index of the largest value, the first of equal ones.</summary>
    public static int Largest(ReadOnlySpan<double> values)
    {
        int best = 0;
        for (int k = 1; k < values.Length; k++)
            if (values[k] > values[best]) best = k;
        return best;
    }
}
