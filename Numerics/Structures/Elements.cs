using System;
using System.Collections.Frozen;
using System.Collections.Generic;

namespace Toolkit.Numerics.Structures;

/// <summary>The chemical elements: symbols and atomic numbers 1…118, and "X" = 0 for a place without an element.</summary>
public static class Elements
{
    private static readonly string[] Symbols =
        ("X H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr " +
         "Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt " +
         "Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv " +
         "Ts Og").Split(' ');

    private static readonly FrozenDictionary<string, int> Numbers = NumberBySymbol();

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> NumbersBySpan =
        Numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The largest atomic number with a symbol: 118.</summary>
    public const int Last = 118;

    /// <summary>The symbol of an atomic number, 0…118 ("X" for 0).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in 0…118.</exception>
    public static string Symbol(int atomicNumber) =>
        (uint)atomicNumber <= Last
            ? Symbols[atomicNumber]
            : throw new ArgumentOutOfRangeException(nameof(atomicNumber), atomicNumber, "An atomic number is in 0…118.");

    /// <summary>The atomic number of a symbol, written as usual ("Si") or in any letter case ("SI", "si").</summary>
    /// <returns>False when there is no such element; <paramref name="atomicNumber"/> is then −1.</returns>
    public static bool TryParse(ReadOnlySpan<char> symbol, out int atomicNumber)
    {
        if (NumbersBySpan.TryGetValue(symbol, out atomicNumber))
            return true;

        atomicNumber = -1;
        return false;
    }

    private static FrozenDictionary<string, int> NumberBySymbol()
    {
        Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase);
        for (int z = 0; z < Symbols.Length; z++)
            numbers.Add(Symbols[z], z);

        return numbers.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
