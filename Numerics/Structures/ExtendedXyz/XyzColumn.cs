using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>One entry name:kind:width of Properties=…, as "forces:R:3".</summary>
internal readonly record struct XyzColumn(string Name, PropertyKind Kind, int Width)
{
    internal const string Expected = "name:kind:width triples, kind one of R I S L, as in species:S:1:pos:R:3";

    // A width is the number of words per line; more of them than this is a mistyped number.
    private const int Widest = 1_000_000;

    /// <summary>The columns of a file without Properties: an element and three coordinates.</summary>
    internal static readonly XyzColumn[] Plain = [new("species", PropertyKind.Text, 1), new("pos", PropertyKind.Real, 3)];

    /// <summary>Reads the value of Properties and checks that it has species (or Z) and pos.</summary>
    /// <exception cref="InputException">With the line and what is wrong with it.</exception>
    internal static XyzColumn[] Parse(string text, string source, long line)
    {
        InputException Bad(string found, string expected = Expected) => new(source, line, "Properties", found, expected);

        string[] parts = text.Split(':');
        if (parts.Length % 3 != 0)
            throw Bad(InputError.Quote(text));

        List<XyzColumn> columns = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < parts.Length; i += 3)
        {
            string name = parts[i].Trim();
            PropertyKind? kind = parts[i + 1].Trim() switch
            {
                "R" => PropertyKind.Real,
                "I" => PropertyKind.Integer,
                "S" => PropertyKind.Text,
                "L" => PropertyKind.Logical,
                _ => null,
            };
            if (!Structure.IsAtomPropertyName(name) || kind is null
                || !int.TryParse(parts[i + 2], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int width)
                || width is < 1 or > Widest)
            {
                throw Bad(InputError.Quote($"{parts[i]}:{parts[i + 1]}:{parts[i + 2]}"));
            }

            if (!names.Add(name))
                throw Bad($"{InputError.Quote(name)} twice", "each name once");

            columns.Add(new(name, kind.Value, width));
        }

        if (!columns.Contains(Plain[1]))
            throw Bad(InputError.Quote(text), "positions as pos:R:3");

        if (!columns.Contains(Plain[0]) && !columns.Contains(AtomicNumber))
        {
            // Other spellings of the column of elements; beside species or Z these are what they say.
            int element = OtherElements.Select(c => columns.IndexOf(c)).FirstOrDefault(static at => at >= 0, -1);
            columns[element >= 0 ? element : throw Bad(InputError.Quote(text), "elements as species:S:1, Z:I:1, numbers:I:1 or type:I:1")] =
                columns[element].Kind == PropertyKind.Text ? Plain[0] : AtomicNumber;
        }

        foreach (XyzColumn column in columns)
        {
            if ((column.Name == "species" && column != Plain[0]) || (column.Name == "Z" && column != AtomicNumber))
                throw Bad(InputError.Quote($"{column.Name}:{Letter(column.Kind)}:{column.Width}"), "elements as species:S:1 or Z:I:1");
        }

        return columns.ToArray();
    }

    /// <summary>
    /// Columns that other programs give the elements in. Integers are atomic numbers: the types 1, 2 … of a program
    /// that numbers its elements itself are to be renamed or replaced.
    /// </summary>
    private static readonly XyzColumn[] OtherElements =
    [
        new("species", PropertyKind.Integer, 1), new("symbols", PropertyKind.Text, 1), new("element", PropertyKind.Text, 1),
        new("elements", PropertyKind.Text, 1), new("numbers", PropertyKind.Integer, 1), new("type", PropertyKind.Text, 1),
        new("type", PropertyKind.Integer, 1),
    ];

    internal static XyzColumn AtomicNumber => new("Z", PropertyKind.Integer, 1);

    internal static char Letter(PropertyKind kind) => kind switch
    {
        PropertyKind.Real => 'R',
        PropertyKind.Integer => 'I',
        PropertyKind.Logical => 'L',
        _ => 'S',
    };
}
