using System.Globalization;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Radial;

namespace Toolkit.Numerics.Representations;

/// <summary>How many radial functions are made, or which.</summary>
/// <param name="Channels">Their number; null: by the part to keep, or the weights'.</param>
/// <param name="Captured">The part of the mean square of the coefficients of every l to keep; null: by number or weights.</param>
/// <param name="Weights">The combinations; null: from the data (<c>Features.WithContraction</c>).</param>
public sealed record ContractionSpec(int? Channels, double? Captured, RadialContraction? Weights)
{
    private const string Path = "$.radial.contraction";

    private static readonly string[] Choices = ["channels", "captured", "weights"];

    internal static SpecGroup Node { get; } = new("contraction",
        "fewer functions made from these, for each l the combinations with the largest mean square over the data; n in labels then counts them",
        SpecAbsence.Nothing,
    [
        new SpecInteger("channels", "their number; not with captured or weights", null, 1,
            SpecSchema.MostRadial) { WhenAbsent = "by captured or weights" },
        new SpecNumber("captured", "the part of the mean square of the coefficients of every l to keep at least, with as few as do it; not with channels or weights", "1", null, new(0, 1))
        {
            WhenAbsent = "by channels or weights",
        },
        new SpecMatrices("weights", "the combinations themselves, for every l a list of rows of nmax numbers, as a feature file's specification has them; not with channels or captured", "from the data"),
    ]);

    /// <param name="r">The text.</param>
    /// <param name="nmax">The functions that there are to combine; null: the file says it.</param>
    internal static ContractionSpec Read(SpecReader r, int? nmax)
    {
        const string Weights = Path + ".weights";
        string[] given = Choices.Where(key => r.IsGiven($"{Path}.{key}")).ToArray();
        if (given.Length != 1)
            throw r.Bad(Path, given.Length == 0 ? "none of its keys" : string.Join(" and ", given), "one of channels, captured, weights");

        if (!r.Has(Weights))
        {
            int? channels = r.IntegerIfAny(Path + ".channels");
            return channels > nmax
                ? throw r.Bad(Path + ".channels", channels.Value.ToString(CultureInfo.InvariantCulture), $"at most nmax, {nmax}")
                : new ContractionSpec(channels, r.NumberIfAny(Path + ".captured"), null);
        }

        double[][][] w = r.Matrices(Weights);
        int lmax = r.Integer("$.lmax"), rows = w[0].Length, columns = w[0][0].Length;
        if (w.Length != lmax + 1)
            throw r.Bad(Weights, $"{w.Length} matrices", $"{lmax + 1}, one for every l up to lmax");

        if (rows > columns || (nmax is not null && columns != nmax))
        {
            throw r.Bad(Weights, $"{rows} rows of {columns} numbers",
                nmax is null ? "no more rows than numbers in a row" : $"at most {nmax} rows of {nmax} numbers (nmax)");
        }

        return new ContractionSpec(
            null, null, new RadialContraction(lmax, rows, columns, w.SelectMany(static m => m.SelectMany(static row => row)).ToArray()));
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("contraction");
        if (Channels is int channels)
            json.WriteNumber("channels", channels);

        if (Captured is double captured)
            json.WriteNumber("captured", captured);

        if (Weights is RadialContraction w)
        {
            json.WriteStartArray("weights");
            for (int l = 0; l <= w.LMax; l++)
            {
                json.WriteStartArray();
                for (int k = 0; k < w.NMax; k++)
                {
                    json.WriteStartArray();
                    foreach (double weight in w.Weights(l).Slice(k * w.SourceNMax, w.SourceNMax))
                        json.WriteNumberValue(weight);

                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The functions contracted.</summary>
    /// <param name="functions">The functions that there are.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">The weights are left to a data set, or are those of other functions.</exception>
    internal IRadialFunctions Apply(IRadialFunctions functions, string source)
    {
        RadialContraction weights =
            Weights ?? throw new InputException(source, null, Path, "no weights", "weights, which a data set gives");
        return weights.LMax == functions.LMax && weights.SourceNMax == functions.NMax
            ? weights.Apply(functions)
            : throw new InputException(
                source, null, Path, $"weights for l up to {weights.LMax} with {weights.SourceNMax} columns",
                $"for every l up to lmax, {functions.LMax}, with a column for each of the {functions.NMax} radial functions");
    }
}
