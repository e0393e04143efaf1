using System;

namespace Toolkit.Numerics.Structures;

/// <summary>Where an element stands in the periodic table.</summary>
public static class PeriodicTable
{
    // The atomic number before each row: the noble gases.
    private static readonly int[] Before = [0, 2, 10, 18, 36, 54, 86];

    /// <summary>The row (period), 1…7.</summary>
    /// <param name="atomicNumber">1…118.</param>
    /// <exception cref="ArgumentOutOfRangeException">No element.</exception>
    public static int Row(int atomicNumber)
    {
        if (atomicNumber is < 1 or > Elements.Last)
            throw new ArgumentOutOfRangeException(nameof(atomicNumber), atomicNumber, "expected an element, 1…118");
        int row = Before.Length;
        while (Before[row - 1] >= atomicNumber) row--;
        return row;
    }

    /// <summary>The column (group), 1…18; the lanthanides and actinides, La…Lu and Ac…Lr, stand in column 3, helium in 18.</summary>
    /// <param name="atomicNumber">1…118.</param>
    /// <exception cref="ArgumentOutOfRangeException">No element.</exception>
    public static int Column(int atomicNumber)
    {
        int row = Row(atomicNumber), place = atomicNumber - Before[row - 1];
        return row switch
        {
            1 => place == 1 ? 1 : 18,
            2 or 3 => place <= 2 ? place : place + 10,
            4 or 5 => place,
            _ => place <= 2 ? place : Math.Max(3, place - 14),
        };
    }
}
