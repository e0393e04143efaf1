using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Radial functions given by their values at some radii, with cubic splines between them. They are taken as they are:
/// nothing is orthonormalised.
/// </summary>
/// <remarks>
/// The file is text: lines that start with # are comments; the first other line names the columns; the rest are numbers,
/// separated by blanks. The first column is r in Å, from 0 on, increasing. The others are R_nl in Å^(−3/2): either
/// <c>R_n</c>, the same for every l, or <c>R_n_l</c>; n and l count from 0 without gaps.
/// </remarks>
public sealed partial class TabulatedBasis : RadialBasis
{
    private readonly double[] _radii;
    private readonly CubicSpline[] _splines;
    private readonly bool _isForEveryL;

    private TabulatedBasis(int nmax, int lmax, bool isForEveryL, double[] radii, double[][] values)
        : base(nmax, isForEveryL ? int.MaxValue : lmax, radii[^1])
    {
        _radii = radii;
        _isForEveryL = isForEveryL;
        _splines = values.Select(v => new CubicSpline(radii, v)).ToArray();
    }

    internal override ReadOnlySpan<double> Knots => _radii.AsSpan(1, _radii.Length - 2);

    /// <summary>Takes values.</summary>
    /// <param name="radii">r, Å, from 0 on, increasing, at least four.</param>
    /// <param name="values"><c>[l, n, point]</c>, Å^(−3/2); with lmax null <c>[n, point]</c>.</param>
    /// <param name="nmax">The number of functions for each l.</param>
    /// <param name="lmax">The largest l; null: the same functions for every l.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the radii are not so.</exception>
    public static TabulatedBasis Create(ReadOnlySpan<double> radii, ReadOnlySpan<double> values, int nmax, int? lmax = null)
    {
        int points = radii.Length, functions = nmax * ((lmax ?? 0) + 1);
        if (points < CubicSpline.LeastPoints || radii[0] != 0)
            throw new ArgumentException($"expected at least {CubicSpline.LeastPoints} radii from 0 on", nameof(radii));
        for (int k = 1; k < points; k++)
        {
            if (!(radii[k] > radii[k - 1]) || !double.IsFinite(radii[k]))
                throw new ArgumentException($"radius {k} is {radii[k]:R} after {radii[k - 1]:R}; expected increasing ones", nameof(radii));
        }

        if (nmax < 1 || values.Length != (long)functions * points)
            throw new ArgumentException($"expected {functions} functions at {points} radii; got {values.Length} values", nameof(values));
        double[][] columns = new double[functions][];
        for (int f = 0; f < functions; f++)
            columns[f] = values.Slice(f * points, points).ToArray();
        return new TabulatedBasis(nmax, lmax ?? 0, lmax is null, radii.ToArray(), columns);
    }

    /// <summary>Reads a file; its format is in the class's remarks.</summary>
    /// <exception cref="InputException">What is wrong with it, with line and column.</exception>
    public static TabulatedBasis Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using StreamReader reader = new(path, new UTF8Encoding(false, true));
            return Read(reader, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            string found = e is FileNotFoundException or DirectoryNotFoundException ? "no such file"
                : e is DecoderFallbackException ? "bytes that are no UTF-8" : e.Message;
            throw new InputException(path, null, null, found, "a table of radial functions");
        }
    }

    /// <summary>Reads a text in the file's format.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">What is wrong with it, with line and column.</exception>
    public static TabulatedBasis Read(TextReader reader, string source)
    {
        string[] names = [];
        List<double> radii = [];
        List<double[]> rows = [];
        (int NMax, int? LMax, int[] Place) columns = (0, null, []);
        long number = 0;
        for (string? line = reader.ReadLine(); line is not null; line = reader.ReadLine())
        {
            number++;
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#') continue;
            if (names.Length == 0)
            {
                columns = Columns(words, source, number);
                names = words;
                continue;
            }
            if (words.Length != names.Length)
                throw new InputException(source, number, null, $"{words.Length} numbers", $"{names.Length}, one for each column");
            double[] row = new double[words.Length];
            for (int k = 0; k < words.Length; k++)
            {
                if (!double.TryParse(words[k], NumberStyles.Float, CultureInfo.InvariantCulture, out row[k]) || !double.IsFinite(row[k]))
                    throw new InputException(source, number, names[k], InputError.Quote(words[k]), "a finite number");
            }

            if (radii.Count == 0 ? row[0] != 0 : !(row[0] > radii[^1]))
            {
                throw new InputException(source, number, "r", words[0], radii.Count == 0
                    ? "0, where the table starts"
                        : $"more than {radii[^1].ToString("R", CultureInfo.InvariantCulture)}, the radius before");
            }

            radii.Add(row[0]);
            rows.Add(row);
        }
        if (rows.Count < CubicSpline.LeastPoints)
            throw new InputException(source, null, null, $"{rows.Count} rows of numbers", $"at least {CubicSpline.LeastPoints}");
        double[][] values = columns.Place.Select(p => rows.Select(row => row[p]).ToArray()).ToArray();
        return new TabulatedBasis(columns.NMax, columns.LMax ?? 0, columns.LMax is null, radii.ToArray(), values);
    }

    /// <inheritdoc/>
    public override void Evaluate(double r, int lmax, Span<double> values, Span<double> first, Span<double> second)
    {
        int own = _isForEveryL ? 0 : lmax;
        for (int k = 0; k < (own + 1) * NMax; k++)
            (values[k], first[k], second[k]) = _splines[k].Evaluate(r);
        if (!_isForEveryL) return;
        Repeat(lmax, values);
        Repeat(lmax, first);
        Repeat(lmax, second);
    }

    /// <summary>What the columns are: the column of function (l, n) at Place[l · nmax + n].</summary>
    private static (int NMax, int? LMax, int[] Place) Columns(string[] names, string source, long line)
    {
        const string Expected = "R_0, R_1, … or R_0_0, R_1_0, … (n, then l), every n from 0 on for every l from 0 on";
        if (names[0] != "r" || names.Length < 2)
        {
            throw new InputException(
                source, line, null, InputError.Quote(string.Join(' ', names)), "the columns' names: r, then " + Expected);
        }

        var place = new Dictionary<(int L, int N), int>();
        bool hasL = false;
        for (int k = 1; k < names.Length; k++)
        {
            Match match = ColumnName().Match(names[k]);
            bool own = match.Groups[2].Success;
            if (!match.Success || (k > 1 && own != hasL)
                || !place.TryAdd((own ? Index(match.Groups[2]) : 0, Index(match.Groups[1])), k))
            {
                throw new InputException(source, line, $"column {k + 1}", InputError.Quote(names[k]), Expected + ", each once");
            }

            hasL = own;
        }
        int nmax = place.Keys.Max(static c => c.N) + 1, lmax = place.Keys.Max(static c => c.L);
        int[] result = new int[nmax * (lmax + 1)];
        for (int k = 0; k < result.Length; k++)
        {
            if (!place.TryGetValue((k / nmax, k % nmax), out result[k]))
            {
                throw new InputException(source, line, null,
                    $"no column {(hasL ? $"R_{k % nmax}_{k / nmax}" : $"R_{k}")}", Expected);
            }
        }

        return (nmax, hasL ? lmax : null, result);

        static int Index(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^R_(\d{1,3})(?:_(\d{1,3}))?$")]
    private static partial Regex ColumnName();
}
