using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;

namespace Toolkit.Numerics.Structures;

/// <summary>A few things by name, in the order they were given. Immutable; there are too few of them for a table.</summary>
internal sealed class Named<T>(KeyValuePair<string, T>[] all) : IReadOnlyDictionary<string, T>
    where T : class, IEquatable<T>
{
    public static readonly Named<T> None = new([]);

    /// <summary>All of them, without an enumerator.</summary>
    public ReadOnlySpan<KeyValuePair<string, T>> All => all;

    public int Count => all.Length;

    public IEnumerable<string> Keys => all.Select(static p => p.Key);

    public IEnumerable<T> Values => all.Select(static p => p.Value);

    public T this[string key] => TryGetValue(key, out T? value) ? value : throw new KeyNotFoundException($"There is no \"{key}\".");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(key);
        int at = Find(all, key);
        value = at < 0 ? null : all[at].Value;
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, T>>)all).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => all.GetEnumerator();

    /// <summary>With others, each in the place of one of the same name or at the end.</summary>
    public Named<T> With(params IReadOnlyList<KeyValuePair<string, T>> more)
    {
        var changed = new KeyValuePair<string, T>[all.Length + more.Count];
        all.CopyTo(changed, 0);
        int count = all.Length;
        for (int k = 0; k < more.Count; k++)
        {
            int at = Find(changed.AsSpan(0, count), more[k].Key);
            changed[at < 0 ? count++ : at] = more[k];
        }

        return new(count == changed.Length ? changed : changed[..count]);
    }

    public Named<T> Without(string name) => new(Array.FindAll(all, p => p.Key != name));

    /// <summary>The name that is given twice, if one is.</summary>
    public string? Twice()
    {
        for (int k = 1; k < all.Length; k++)
            if (Find(all.AsSpan(0, k), all[k].Key) >= 0) return all[k].Key;

        return null;
    }

    /// <summary>Whether the others are the same, in any order.</summary>
    public bool IsSame(Named<T> other)
    {
        bool isSame = all.Length == other.Count;
        for (int k = 0; isSame && k < all.Length; k++)
            isSame = other.TryGetValue(all[k].Key, out T? value) && all[k].Value.Equals(value);

        return isSame;
    }

    private static int Find(ReadOnlySpan<KeyValuePair<string, T>> among, string name)
    {
        for (int k = 0; k < among.Length; k++)
            if (among[k].Key == name) return k;

        return -1;
    }
}
