using System;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Toolkit.Numerics.Files;

/// <summary>Text in UTF-8 that grows, for files of many numbers: they become bytes at once, without strings in between.</summary>
/// <param name="room">How many bytes it will have, as far as is known.</param>
public sealed class Utf8Text(int room = 1024)
{
    private static readonly UTF8Encoding Encoding = new(false, true);

    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(room, ShortestDecimal.Room));
    private int _length;

    /// <summary>What was written, until more is or it is cleared.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Begins again; the memory stays.</summary>
    public void Clear() => _length = 0;

    /// <summary>Adds a character of ASCII.</summary>
    public void Add(char character)
    {
        Reserve(1);
        _bytes[_length++] = (byte)character;
    }

    /// <summary>Adds a text.</summary>
    /// <exception cref="EncoderFallbackException">Half of a surrogate pair.</exception>
    public void Add(ReadOnlySpan<char> text)
    {
        Reserve(3 * text.Length);
        _length += text.Length switch
        {
            1 when text[0] < 128 => One(text[0], 0),
            2 when (text[0] | text[1]) < 128 => One(text[0], 0) + One(text[1], 1),
            _ => Encoding.GetBytes(text, _bytes.AsSpan(_length)),
        };
    }

    private int One(char c, int place)
    {
        _bytes[_length + place] = (byte)c;
        return 1;
    }

    /// <summary>Adds a whole number.</summary>
    public void Add(long number)
    {
        Reserve(ShortestDecimal.Room);
        number.TryFormat(_bytes.AsSpan(_length), out int length, provider: CultureInfo.InvariantCulture);
        _length += length;
    }

    /// <summary>Adds a number in the shortest form that reads back exactly (<see cref="ShortestDecimal"/>).</summary>
    public void Add(double number)
    {
        Reserve(ShortestDecimal.Room);
        _length += ShortestDecimal.Write(number, _bytes.AsSpan(_length));
    }

    /// <summary>Adds numbers, a character of ASCII before each.</summary>
    public void Add(char before, ReadOnlySpan<double> numbers)
    {
        Reserve(checked((ShortestDecimal.Room + 1) * numbers.Length));
        _length += ShortestDecimal.Write(before, numbers, _bytes.AsSpan(_length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int more)
    {
        if (_bytes.Length - _length < more)
            Array.Resize(ref _bytes, Math.Max(checked(_length + more), (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
    }
}
