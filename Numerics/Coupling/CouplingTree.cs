using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace Toolkit.Numerics.Coupling;

/// <summary>An angular momentum in a coupling tree: a number, or a name that stands for every allowed one.</summary>
/// <param name="Name">The name, or null for a number.</param>
/// <param name="Value">The number, where there is no name.</param>
public readonly record struct CouplingOrder(string? Name, int Value)
{
    /// <summary>A given number ≥ 0.</summary>
    public static implicit operator CouplingOrder(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new CouplingOrder(null, value);
    }

    /// <summary>A name such as "l1"; one name stands for one number throughout a tree.</summary>
    public static implicit operator CouplingOrder(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new CouplingOrder(name, 0);
    }
}

/// <summary>A field that the atoms carry.</summary>
/// <param name="Name">Its name, as the leaves use it.</param>
/// <param name="Rank">0 for a density or a potential, 1 for a vector per atom.</param>
/// <param name="Axial">Whether it has the other sign under the inversion than a polar field of its rank: spins do.</param>
/// <param name="TimeOdd">Whether it changes its sign under time reversal: spins do.</param>
public sealed record CouplingField(string Name, int Rank = 0, bool Axial = false, bool TimeOdd = false)
{
    /// <summary>The density of neighbours.</summary>
    public static CouplingField Density { get; } = new("rho");
}

/// <summary>A node of a coupling tree.</summary>
public abstract record CouplingNode
{
    private protected CouplingNode() { }
}

/// <summary>
/// Expansion coefficients of a field: c_lm = Σ_j f(r_j) Y_lm(r_j), for a vector field coupled with it to J.
/// </summary>
/// <param name="Field">The field.</param>
/// <param name="L">l of the harmonics.</param>
/// <param name="J">For a vector field: the order to which l and 1 are coupled; absent where vectors are multiplied as v·v′.</param>
public sealed record CouplingLeaf(CouplingField Field, CouplingOrder L, CouplingOrder? J = null) : CouplingNode;

/// <summary>couple(A, B, L)_M = Σ C(l1 m1 l2 m2; L M) A_m1 B_m2.</summary>
/// <param name="Left">A.</param>
/// <param name="Right">B.</param>
/// <param name="L">L.</param>
/// <param name="SumJ">Whether two vector leaves are multiplied as v·v′, Σ_q couple(c^q, c′^q, L): invariant when vectors turn
/// alone.</param>
public sealed record CouplingPair(CouplingNode Left, CouplingNode Right, CouplingOrder L, bool SumJ = false) : CouplingNode;

/// <summary>A linear map on the channels of a node that is the same for every m, as a fit makes it.</summary>
/// <param name="Node">The node.</param>
public sealed record CouplingMap(CouplingNode Node) : CouplingNode;

/// <summary>Nodes of equal order and signs, added channel by channel.</summary>
/// <param name="Nodes">One or more.</param>
public sealed record CouplingAddition(IReadOnlyList<CouplingNode> Nodes) : CouplingNode
{
    /// <inheritdoc/>
    public bool Equals(CouplingAddition? other) => other is not null && Nodes.SequenceEqual(other.Nodes);

    /// <inheritdoc/>
    public override int GetHashCode() => Nodes.Aggregate(Nodes.Count, HashCode.Combine);
}

/// <summary>
/// What a representation computes, as data: which fields, which l, which order of couplings. Written as coupling-tree/1,
/// it is what the symbolic library proves invariant.
/// </summary>
/// <param name="Root">The root; its order is 0 for invariants.</param>
public sealed record CouplingTree(CouplingNode Root)
{
    /// <summary>The tree as one line of JSON in the format coupling-tree/1.</summary>
    /// <exception cref="InvalidOperationException">One name stands for two fields, or J stands beside a scalar field or is
    /// missing beside a vector field.</exception>
    public string ToJson()
    {
        var fields = new SortedDictionary<string, CouplingField>(StringComparer.Ordinal);
        Collect(Root, fields, false);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("format", "coupling-tree/1");
            writer.WriteStartObject("fields");
            foreach (CouplingField field in fields.Values)
            {
                writer.WriteStartObject(field.Name);
                if (field.Rank != 0) writer.WriteNumber("rank", field.Rank);
                writer.WriteString("parity", field.Axial ? "axial" : "polar");
                writer.WriteString("time", field.TimeOdd ? "odd" : "even");
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
            writer.WritePropertyName("tree");
            Write(writer, Root);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Collect(CouplingNode node, SortedDictionary<string, CouplingField> fields, bool isDotted)
    {
        switch (node)
        {
            case CouplingLeaf leaf:
                if (fields.TryGetValue(leaf.Field.Name, out CouplingField? known) && known != leaf.Field)
                    throw new InvalidOperationException($"two different fields are called '{leaf.Field.Name}'");
                if (leaf.J.HasValue != (leaf.Field.Rank == 1 && !isDotted))
                {
                    throw new InvalidOperationException(
                        $"field '{leaf.Field.Name}' of rank {leaf.Field.Rank}: expected J for rank 1 and only there");
                }

                fields[leaf.Field.Name] = leaf.Field;
                break;
            case CouplingPair pair:
                Collect(pair.Left, fields, pair.SumJ);
                Collect(pair.Right, fields, pair.SumJ);
                break;
            case CouplingMap map:
                Collect(map.Node, fields, false);
                break;
            case CouplingAddition sum:
                foreach (CouplingNode term in sum.Nodes)
                    Collect(term, fields, false);
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, CouplingNode node)
    {
        writer.WriteStartObject();
        switch (node)
        {
            case CouplingLeaf leaf:
                writer.WriteString("leaf", leaf.Field.Name);
                Write(writer, "l", leaf.L);
                if (leaf.J is { } j) Write(writer, "J", j);
                break;
            case CouplingPair pair:
                writer.WriteStartArray("couple");
                Write(writer, pair.Left);
                Write(writer, pair.Right);
                writer.WriteEndArray();
                Write(writer, "L", pair.L);
                if (pair.SumJ) writer.WriteBoolean("sumJ", true);
                break;
            case CouplingMap map:
                writer.WritePropertyName("map");
                Write(writer, map.Node);
                break;
            case CouplingAddition sum:
                writer.WriteStartArray("sum");
                foreach (CouplingNode term in sum.Nodes)
                    Write(writer, term);
                writer.WriteEndArray();
                break;
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string key, CouplingOrder order)
    {
        if (order.Name is null) writer.WriteNumber(key, order.Value);
        else writer.WriteString(key, order.Name);
    }
}
