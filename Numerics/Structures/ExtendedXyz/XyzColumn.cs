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
                || !int.TryParse(parts[i + 2], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                    CultureInfo.InvariantCulture, out int width)
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
            (XyzColumn Spelled, XyzColumn Meant) other = OtherElements.FirstOrDefault(o => columns.Contains(o.Spelled));
            columns[other.Meant.Width > 0 ? columns.IndexOf(other.Spelled)
                : throw Bad(InputError.Quote(text), "elements as species:S:1 or Z:I:1")] =
                other.Meant;
        }

        foreach (XyzColumn column in columns)
        {
            if ((column.Name == Plain[0].Name && column != Plain[0]) || (column.Name == AtomicNumber.Name && column != AtomicNumber))
                throw Bad(InputError.Quote($"{column.Name}:{Letter(column.Kind)}:{column.Width}"), "elements as species:S:1 or Z:I:1");
        }

        return columns.ToArray();
    }

    internal static XyzColumn AtomicNumber => new("Z", PropertyKind.Integer, 1);

    /// <summary>
    /// Columns that other programs give the elements in, the first that is there counts. Only a name that says so makes integers
    /// atomic numbers; elsewhere they may be the types of a program that numbers its elements itself.
    /// </summary>
    private static (XyzColumn Spelled, XyzColumn Meant)[] OtherElements =>
    [
        (new("numbers", PropertyKind.Integer, 1), AtomicNumber),
        (new("atomic_numbers", PropertyKind.Integer, 1), AtomicNumber),
        .. from name in (string[])["symbols", "element", "elements", "species", "type", "types", "atom_types"]
           from kind in (PropertyKind[])[PropertyKind.Text, PropertyKind.Integer]
           select (new XyzColumn(name, kind, 1), Plain[0]),
    ];

    internal static char Letter(PropertyKind kind) => kind switch
    {
        PropertyKind.Real => 'R',
        PropertyKind.Integer => 'I',
        PropertyKind.Logical => 'L',
        _ => 'S',
    };
}
