using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// The quantities to learn from, taken from a data set by key. A key that the caller names is used and no other;
/// without one the key REF_… comes first, then the plain name, and the key that the first frame has must be in every
/// frame, so that values of different origin are never mixed. What is absent, of another shape or not finite is an
/// error that names the frame and the keys that it has.
/// </summary>
/// <remarks>"free_energy" is never taken for an energy, nor "initial_magmoms", which is a guess, for spins.</remarks>
public static class Labels
{
    private static readonly string[] EnergyKeys = ["REF_energy", "energy"];
    private static readonly string[] ForcesKeys = ["REF_forces", "forces"];
    private static readonly string[] StressKeys = ["REF_stress", "stress"];
    private static readonly string[] VirialKeys = ["REF_virial", "virial"];
    private static readonly string[] SpinsKeys = ["REF_magmom", "REF_magmoms", "magmoms", "magmom", "spins"];

    /// <summary>[frame]: energies, eV.</summary>
    /// <param name="frames">The data set.</param>
    /// <param name="source">What messages call it: the file's name.</param>
    /// <param name="key">The key (--energy-key), or null for REF_energy, energy.</param>
    /// <exception cref="InputException">Absent, no single number, or not finite.</exception>
    public static double[] Energies(IReadOnlyList<Structure> frames, string source, string? key = null) =>
        PerStructure(frames, source, key, EnergyKeys, "energy", "one number", static (v, _) => v.IsScalar ? v.ToReals() : null)
            .Select(static v => v[0]).ToArray();

    /// <summary>[frame][atom, xyz] row-major: forces, eV/Å.</summary>
    /// <param name="frames">The data set.</param>
    /// <param name="source">What messages call it: the file's name.</param>
    /// <param name="key">The key (--forces-key), or null for REF_forces, forces.</param>
    /// <exception cref="InputException">Absent, not three numbers per atom, or not finite.</exception>
    public static double[][] Forces(IReadOnlyList<Structure> frames, string source, string? key = null) =>
        PerAtom(frames, source, key, ForcesKeys, "forces", "three numbers per atom", static v => v.Components == 3 ? v.ToReals() : null,
            out _);

    /// <summary>[frame][xyz, xyz] row-major: stress, eV/Å³.</summary>
    /// <param name="frames">The data set.</param>
    /// <param name="source">What messages call it: the file's name.</param>
    /// <param name="key">
    /// The key (--stress-key), or null for REF_stress, stress; six numbers are xx yy zz yz xz xy, nine are row-major.
    /// </param>
    /// <exception cref="InputException">Absent, not 6 or 9 numbers, or not finite.</exception>
    public static double[][] Stresses(IReadOnlyList<Structure> frames, string source, string? key = null) =>
        PerStructure(frames, source, key, StressKeys, "stress", "a 3×3 matrix, or six numbers xx yy zz yz xz xy",
            static (v, _) => Matrix(v));

    /// <summary>[frame][xyz, xyz] row-major: stress, eV/Å³, from the virial in eV: stress = −virial/V.</summary>
    /// <param name="frames">The data set; every frame has a volume.</param>
    /// <param name="source">What messages call it: the file's name.</param>
    /// <param name="key">The key (--virial-key), or null for REF_virial, virial.</param>
    /// <exception cref="InputException">Absent, not 6 or 9 numbers, not finite, or a frame without volume.</exception>
    public static double[][] StressesFromVirial(IReadOnlyList<Structure> frames, string source, string? key = null) =>
        PerStructure(
            frames,
            source,
            key,
            VirialKeys,
            "virial",
            "a 3×3 matrix, or six numbers xx yy zz yz xz xy, in a cell of three vectors",
            static (v, frame) => frame.Cell is { IsComplete: true } cell && Matrix(v) is double[] w
                ? Array.ConvertAll(w, x => -x / cell.Volume)
                : null);

    /// <summary>[frame][atom, xyz] row-major: spins, μB. A single number per atom is a moment along z.</summary>
    /// <param name="frames">The data set.</param>
    /// <param name="source">What messages call it: the file's name.</param>
    /// <param name="key">The key (--spin-key), or null for REF_magmom, REF_magmoms, magmoms, magmom, spins.</param>
    /// <exception cref="InputException">Absent, not one or three numbers per atom in all frames, or not finite.</exception>
    public static double[][] Spins(IReadOnlyList<Structure> frames, string source, string? key = null)
    {
        double[][] spins = PerAtom(frames, source, key, SpinsKeys, "spins", "one or three numbers per atom", static v => v.Components switch
        {
            3 => v.ToReals(),
            1 => v.ToReals().SelectMany(static s => new[] { 0, 0, s }).ToArray(),
            _ => null,
        }, out string? chosen);
        for (int f = 1; f < frames.Count; f++)
            RequireOneKind(frames[0].AtomProperties[chosen!], frames[f], new FramePlace(source, f + 1), chosen!);

        return spins;
    }

    /// <summary>The keys under which spins are looked for.</summary>
    internal static IReadOnlyList<string> UsualSpinKeys => SpinsKeys;

    /// <summary>Finds the one of several keys under which every frame of a data set has an atom property, frame after frame.</summary>
    /// <param name="keys">The keys; the first that the first frame has.</param>
    /// <param name="quantity">What messages call the property.</param>
    /// <param name="expected">What its values should be.</param>
    /// <param name="read">The values of a frame under a key that it has; null: of another shape.</param>
    internal sealed class KeySearch(
        IReadOnlyList<string> keys, string quantity, string expected, Func<Structure, string, double[]?> read)
    {
        private string? _chosen;
        private PropertyArray? _first;

        /// <summary>The key; before the first frame the first one.</summary>
        public string Key => _chosen ?? keys[0];

        /// <summary>Numbers per atom, the same in all frames; 0 before the first.</summary>
        public int Components => _first?.Components ?? 0;

        /// <summary>Looks at one frame.</summary>
        /// <exception cref="InputException">
        /// Absent, of another shape, or not finite; one number per atom in one frame and three in another; or the frame has two of
        /// the keys, both REF_ or both not, with different values.
        /// </exception>
        public void Add(Structure frame, FramePlace place)
        {
            double[] values = Take(frame, place, keys.ToArray(), quantity, expected, static f => f.AtomProperties.Keys, Read, ref _chosen);
            _first ??= frame.AtomProperties[Key];
            RequireOneKind(_first, frame, place, Key);
            string? other = keys.FirstOrDefault(k => k != Key && IsReference(k) == IsReference(Key)
                && Read(frame, k).Item1 is double[] there && !there.AsSpan().SequenceEqual(values));
            if (other is not null)
                throw place.Bad(null, $"{Key} and {other}, which differ", "one of them, or the key that is meant (--spin-key)");
        }

        private (double[]?, string?) Read(Structure frame, string key) => frame.AtomProperties.TryGetValue(key, out PropertyArray? v)
            ? (read(frame, key), v.ToString())
            : (null, null);
    }

    /// <summary>Collinear moments, which have no direction of their own, and vectors are not mixed.</summary>
    private static void RequireOneKind(PropertyArray first, Structure frame, FramePlace place, string key)
    {
        PropertyArray here = frame.AtomProperties[key];
        if (here.Components != first.Components)
            throw place.Bad(key, here.ToString(), $"as many numbers per atom as in frame 1, which has {first}");
    }

    private static bool IsReference(string key) => key.StartsWith("REF_", StringComparison.Ordinal);

    private static string[] Candidates(string? key, string[] usual) => key is null ? usual : [key];

    /// <summary>Nine numbers row-major from a matrix or from xx yy zz yz xz xy; null: another shape.</summary>
    internal static double[]? Matrix(PropertyValue value)
    {
        double[] v = value.ToReals();
        return value.Shape switch
        {
            [3, 3] or [9] => v,
            [6] => [v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2]],
            _ => null,
        };
    }

    private static double[][] PerStructure(
        IReadOnlyList<Structure> frames,
        string source,
        string? key,
        string[] usual,
        string quantity,
        string expected,
        Func<PropertyValue, Structure, double[]?> read) =>
        Each(frames, source, key, usual, quantity, expected, static f => f.Properties.Keys, (frame, k) =>
            frame.Properties.TryGetValue(k, out PropertyValue? v)
                ? (v.Kind is PropertyKind.Real or PropertyKind.Integer ? read(v, frame) : null, v.ToString())
                : (null, null), out _);

    private static double[][] PerAtom(
        IReadOnlyList<Structure> frames,
        string source,
        string? key,
        string[] usual,
        string quantity,
        string expected,
        Func<PropertyArray, double[]?> read,
        out string? chosen) =>
        Each(frames, source, key, usual, quantity, expected, static f => f.AtomProperties.Keys, (frame, k) =>
            frame.AtomProperties.TryGetValue(k, out PropertyArray? v)
                ? (v.Kind is PropertyKind.Real or PropertyKind.Integer ? read(v) : null, v.ToString())
                : (null, null), out chosen);

    /// <summary>Finds the key in the first frame and reads it from all; a reader gives (values, what is there).</summary>
    private static double[][] Each(
        IReadOnlyList<Structure> frames,
        string source,
        string? key,
        string[] usual,
        string quantity,
        string expected,
        Func<Structure, IEnumerable<string>> keys,
        Func<Structure, string, (double[]? Values, string? Found)> read,
        out string? chosen)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(source);
        double[][] all = new double[frames.Count][];
        chosen = null;
        for (int f = 0; f < frames.Count; f++)
            all[f] = Take(frames[f], new FramePlace(source, f + 1), Candidates(key, usual), quantity, expected, keys, read, ref chosen);

        return all;
    }

    /// <summary>One frame's values under the chosen key, or under the first that it has, which is then the chosen one.</summary>
    private static double[] Take(
        Structure frame,
        FramePlace place,
        string[] candidates,
        string quantity,
        string expected,
        Func<Structure, IEnumerable<string>> keys,
        Func<Structure, string, (double[]? Values, string? Found)> read,
        ref string? chosen)
    {
        string? here = chosen ??= Array.Find(candidates, k => read(frame, k).Found is not null);
        (double[]? values, string? found) = here is null ? (null, null) : read(frame, here);
        if (found is null)
        {
            string has = string.Join(", ", keys(frame));
            string hint = quantity.StartsWith("spins", StringComparison.Ordinal) ? ", or another that --spin-key names" : "";
            throw place.Bad(
                null,
                $"no {quantity}; it has {(has.Length > 0 ? has : "no such properties")}",
                $"the key {chosen ?? string.Join(" or ", candidates)}{hint}");
        }

        if (values is null)
            throw place.Bad(chosen, found, expected);

        int bad = Array.FindIndex(values, static x => !double.IsFinite(x));
        return bad < 0 ? values : throw place.Bad(chosen, $"{values[bad]} as number {bad + 1}", "finite numbers");
    }
}
