using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Toolkit.Numerics.Representations;

/// <summary>The specification's documentation and examples, made from the same schema that reads it.</summary>
public static class SpecText
{
    private static readonly Dictionary<string, Dictionary<string, string>> Given = new(StringComparer.Ordinal)
    {
        ["power-spectrum"] = new() { ["$.cutoff.radius"] = "5.0", ["$.representation.kind"] = "\"power-spectrum\"" },
        ["radial-spectrum"] = new() { ["$.cutoff.radius"] = "5.0", ["$.representation.kind"] = "\"radial-spectrum\"" },
        ["points"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.cutoff.kind"] = "\"polynomial\"",
            ["$.density.kind"] = "\"delta\"",
            ["$.density.center"] = "\"exclude\"",
            ["$.density.sigma"] = "",
            ["$.representation.kind"] = "\"power-spectrum\"",
        },
        ["laplacian"] = new()
        {
            ["$.cutoff.radius"] = "5.0",
            ["$.radial.kind"] = "\"laplacian\"",
            ["$.radial.scaling"] = "",
            ["$.radial.scaling.scale"] = "2.0",
            ["$.representation.kind"] = "\"power-spectrum\"",
        },
        ["contraction"] = new()
        {
            ["$.cutoff.radius"] = "5.0",
            ["$.radial.nmax"] = "12",
            ["$.radial.contraction"] = "",
            ["$.radial.contraction.channels"] = "4",
            ["$.representation.kind"] = "\"power-spectrum\"",
        },
        ["alchemical"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.alchemical"] = "",
            ["$.alchemical.channels"] = "2",
            ["$.alchemical.row"] = "1.0",
            ["$.alchemical.column"] = "2.0",
            ["$.representation.kind"] = "\"power-spectrum\"",
        },
        ["bispectrum"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "4",
            ["$.lmax"] = "4",
            ["$.representation.kind"] = "\"bispectrum\"",
            ["$.representation.parity"] = "\"proper\"",
        },
        ["equivariants"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "4",
            ["$.lmax"] = "4",
            ["$.representation.kind"] = "\"equivariants\"",
            ["$.representation.parity"] = "\"both\"",
            ["$.representation.lambda"] = "2",
            ["$.representation.order"] = "2",
            ["$.representation.channels"] = "\"outer\"",
        },
        ["spin-power-spectrum"] = new()
        {
            ["$.cutoff.radius"] = "5.0",
            ["$.lmax"] = "4",
            ["$.fields[0]"] = "",
            ["$.fields[0].name"] = "\"spin\"",
            ["$.fields[0].axial"] = "true",
            ["$.fields[0].timeOdd"] = "true",
            ["$.fields[0].center"] = "\"separate\"",
            ["$.representation.kind"] = "\"spin-power-spectrum\"",
            ["$.representation.coupling"] = "\"resolved\"",
            ["$.representation.parity"] = "\"proper\"",
            ["$.representation.scalars"] = "\"include\"",
        },
        ["spin-bispectrum"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "4",
            ["$.lmax"] = "2",
            ["$.fields[0]"] = "",
            ["$.fields[0].name"] = "\"spin\"",
            ["$.fields[0].axial"] = "true",
            ["$.fields[0].timeOdd"] = "true",
            ["$.fields[0].center"] = "\"separate\"",
            ["$.representation.kind"] = "\"spin-bispectrum\"",
            ["$.representation.coupling"] = "\"summed\"",
        },
        ["long-range"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "4",
            ["$.lmax"] = "3",
            ["$.fields[0]"] = "",
            ["$.fields[0].name"] = "\"V\"",
            ["$.fields[0].kind"] = "\"potential\"",
            ["$.fields[0].exponent"] = "1",
            ["$.fields[0].smearing"] = "1.0",
            ["$.fields[0].tolerance"] = "1e-6",
            ["$.representation.kind"] = "\"power-spectrum\"",
            ["$.representation.factors"] = "[\"rho\", \"V\"]",
        },
        ["list"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "4",
            ["$.lmax"] = "3",
            ["$.fields[0]"] = "",
            ["$.fields[0].name"] = "\"V\"",
            ["$.fields[0].kind"] = "\"potential\"",
            ["$.fields[0].exponent"] = "1",
            ["$.fields[0].smearing"] = "1.0",
            ["$.fields[0].tolerance"] = "1e-6",
            ["$.representation[0]"] = "",
            ["$.representation[0].kind"] = "\"power-spectrum\"",
            ["$.representation[1]"] = "",
            ["$.representation[1].kind"] = "\"power-spectrum\"",
            ["$.representation[1].factors"] = "[\"rho\", \"V\"]",
        },
        ["tree"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "3",
            ["$.lmax"] = "2",
            ["$.representation.kind"] = "\"tree\"",
            ["$.representation.tree"] =
                "{\"format\": \"coupling-tree/1\", \"fields\": {\"rho\": {\"parity\": \"polar\", \"time\": \"even\"}}, "
                + "\"tree\": {\"couple\": [{\"couple\": [{\"leaf\": \"rho\", \"l\": \"l1\"}, {\"leaf\": \"rho\", \"l\": \"l2\"}], \"L\": \"k\"}, {\"leaf\": \"rho\", \"l\": \"k\"}], \"L\": 0}}",
        },
        ["nice"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "5",
            ["$.lmax"] = "4",
            ["$.representation.kind"] = "\"nice\"",
            ["$.representation.parity"] = "\"proper\"",
            ["$.representation.order"] = "4",
            ["$.representation.lambda"] = "4",
            ["$.representation.contraction"] = "",
            ["$.representation.contraction.components"] = "",
            ["$.representation.expand"] = "",
            ["$.representation.purify"] = "",
            ["$.representation.environments"] = "5000",
        },
        ["ridge"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.representation.kind"] = "\"power-spectrum\"",
            ["$.model"] = "",
            ["$.model.kind"] = "\"ridge\"",
        },
        ["dipole"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "4",
            ["$.lmax"] = "3",
            ["$.representation.kind"] = "\"equivariants\"",
            ["$.representation.lambda"] = "1",
            ["$.representation.parity"] = "\"proper\"",
            ["$.model"] = "",
            ["$.model.kind"] = "\"ridge\"",
            ["$.model.target"] = "\"dipole\"",
        },
        ["gaussian-process"] = new()
        {
            ["$.cutoff.radius"] = "4.0",
            ["$.radial.nmax"] = "5",
            ["$.lmax"] = "4",
            ["$.representation.kind"] = "\"power-spectrum\"",
            ["$.model"] = "",
            ["$.model.kind"] = "\"gp\"",
            ["$.model.points"] = "300",
        },
    };

    /// <summary>The names of the examples.</summary>
    public static IReadOnlyList<string> Examples { get; } = Given.Keys.ToArray();

    /// <summary>A complete specification in JSON with a comment on every key; null when there is no such example.</summary>
    public static string? Example(string name)
    {
        if (!Given.TryGetValue(name, out Dictionary<string, string>? given))
            return null;

        StringBuilder text = new("{\n");
        WriteMembers(text, SpecSchema.Root, "$", 1, given);
        return text.Append("}\n").ToString();
    }

    /// <summary>docs/spec.md: every key with type, unit, default and range.</summary>
    public static string Documentation()
    {
        StringBuilder text = new(
            """
            <!-- Generated from Numerics/Representations/Specs/SpecSchema.cs; the test SpecTests compares. Do not edit by hand. -->
            # The specification of features

            A JSON object; `//` and `/* */` comments and trailing commas are allowed. Unknown keys are refused by name, values
            outside their range with the path of the key.

            | key | value | unit | default | meaning |
            |---|---|---|---|---|

            """);
        WriteRows(text, SpecSchema.Root, "");
        text.Append("\n## Examples\n\n`toolkit spec --example NAME` prints one of ");
        text.Append(string.Join(", ", Examples.Select(static e => $"`{e}`"))).Append(".\n");
        foreach (string name in Examples)
            text.Append($"\n### {name}\n\n```jsonc\n").Append(Example(name)).Append("```\n");

        return text.ToString();
    }

    private static void WriteRows(StringBuilder text, IReadOnlyList<SpecNode> members, string prefix)
    {
        foreach (SpecNode node in members)
        {
            string key = prefix + node.Name;
            (string value, string unit, string fallback) = node switch
            {
                SpecNumber n => (Interval(n), n.Unit == "1" ? "" : n.Unit, n.Default is double d ? Text(d) : n.WhenAbsent ?? "required"),
                SpecInteger i => ($"whole number {i.Least}…{i.Most}", "",
                    i.Default?.ToString(CultureInfo.InvariantCulture) ?? i.WhenAbsent ?? "required"),
                SpecChoice c => ("one word", "", c.IsRequired ? "required" : c.WhenAbsent ?? $"`{c.Options[0].Word}`"),
                SpecWeights w => ("object of lists of numbers", "", w.WhenAbsent),
                SpecMatrices m => ("list of lists of rows of numbers", "", m.WhenAbsent),
                SpecPath f => ("file name", "", f.WhenAbsent),
                SpecName n => ("name", "", n.WhenAbsent ?? "required"),
                SpecCharges q => ("name, or object of numbers", "e", q.WhenAbsent),
                SpecMesh m => ($"list of three whole numbers 1…{SpecMesh.Most}", "", m.WhenAbsent),
                SpecVector v => ("list of three numbers", "", v.WhenAbsent),
                SpecNames n => ("list of names", "", n.WhenAbsent),
                SpecJson j => ("object", "", j.WhenAbsent),
                SpecFlag => ("true or false", "", "false"),
                SpecList => ("list of objects", "", "none"),
                SpecElements e => ("list of element symbols", "", e.WhenAbsent),
                SpecGroup g => (g.Word is not null ? $"object, or `{g.Word}`" : g.MayBeList ? "object, or list of objects" : "object", "",
                    g.Absence switch
                    {
                        _ when g.WhenAbsent is not null => g.WhenAbsent,
                        SpecAbsence.Required => "required",
                        SpecAbsence.Defaults => "its keys' defaults",
                        _ => "none",
                    }),
                _ => throw new InvalidOperationException(node.GetType().Name),
            };
            text.Append($"| `{key}` | {value} | {unit} | {fallback} | {node.Meaning} |\n");
            if (node is SpecChoice choice)
            {
                foreach (SpecOption option in choice.Options)
                    text.Append($"| | `{option.Word}` | | | {option.Meaning} |\n");
            }
            else if (node is SpecGroup group)
            {
                WriteRows(text, group.Members, key + ".");
            }
            else if (node is SpecList list)
            {
                WriteRows(text, list.Members, key + "[].");
            }
        }
    }

    private static string Interval(SpecNumber number)
    {
        string low = (number.Range.AllowsAbove ? "≥ " : "> ") + Text(number.Range.Above);
        string high = number.Range.MostKey is string key ? $", ≤ {key}" : number.Range.Most < double.MaxValue
            ? $", ≤ {Text(number.Range.Most)}" : "";
        return $"number {low}{high}";
    }

    private static void WriteMembers(
        StringBuilder text, IReadOnlyList<SpecNode> members, string path, int depth, Dictionary<string, string> given)
    {
        string indent = new(' ', 2 * depth);
        foreach (SpecNode node in members)
        {
            string at = $"{path}.{node.Name}";
            if (((node as SpecList)?.Members ?? (given.ContainsKey(at + "[0]") ? (node as SpecGroup)?.Members : null)) is { } ofEach)
            {
                for (int k = 0; given.ContainsKey($"{at}[{k}]"); k++)
                {
                    text.Append(k == 0 ? $"{indent}// {node.Meaning}\n{indent}\"{node.Name}\": [{{\n" : $"{indent}}}, {{\n");
                    WriteMembers(text, ofEach, $"{at}[{k}]", depth + 1, given);
                }

                text.Append(given.ContainsKey(at + "[0]") ? indent + "}],\n" : "");
                continue;
            }

            if (node is SpecGroup group)
            {
                if (group.Absence == SpecAbsence.Nothing && !given.ContainsKey(at))
                    continue;

                text.Append($"{indent}// {node.Meaning}\n{indent}\"{node.Name}\": {{\n");
                WriteMembers(text, group.Members, at, depth + 1, given);
                text.Append(indent).Append("},\n");
                continue;
            }

            string? value = given.GetValueOrDefault(at) ?? node switch
            {
                SpecNumber { Default: double d } => Text(d),
                SpecInteger { Default: int i } => i.ToString(CultureInfo.InvariantCulture),
                SpecChoice { IsRequired: false, WhenAbsent: null } c => $"\"{c.Options[0].Word}\"",
                _ => "",
            };
            if (value.Length == 0)
                continue;

            string note = node switch
            {
                SpecNumber n => n.Meaning + (n.Unit == "1" ? "" : $", {n.Unit}"),
                SpecChoice c => $"{c.Meaning}: {string.Join(" | ", c.Options.Select(static o => o.Word))}",
                _ => node.Meaning,
            };
            text.Append($"{indent}\"{node.Name}\": {value}, // {note}\n");
        }
    }

    private static string Text(double x) => x.ToString("R", CultureInfo.InvariantCulture);
}
