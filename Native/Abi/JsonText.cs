using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Toolkit.Native.Abi;

/// <summary>What an object says about itself, as JSON in memory that the caller frees.</summary>
internal static unsafe class JsonText
{
    /// <summary>An object as UTF-8 with a zero at the end.</summary>
    /// <param name="members">Writes what is in it.</param>
    public static byte* Of(Action<Utf8JsonWriter> members)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return (byte*)Marshal.StringToCoTaskMemUTF8(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>An array of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>An array of whole numbers.</summary>
    public static void WriteNumbers(this Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (int number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
