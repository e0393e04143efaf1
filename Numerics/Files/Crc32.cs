using System;

namespace Toolkit.Numerics.Files;

/// <summary>The checksum of ZIP files: CRC-32 with the reflected polynomial EDB88320, eight bytes at a time.</summary>
internal static class Crc32
{
    private const int Slices = 8;

    // Tables[k, b]: what a byte b with k bytes behind it adds.
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of bytes behind others.</summary>
    /// <param name="before">The checksum of what stands before; 0 at the beginning.</param>
    /// <param name="bytes">What follows.</param>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        uint[] t = Tables;
        uint crc = ~before;
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            uint low = crc ^ (uint)(bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24));
            crc = t[(7 << 8) | (byte)low] ^ t[(6 << 8) | (byte)(low >> 8)] ^ t[(5 << 8) | (byte)(low >> 16)] ^ t[(4 << 8) | (low >> 24)]
                ^ t[(3 << 8) | bytes[4]] ^ t[(2 << 8) | bytes[5]] ^ t[(1 << 8) | bytes[6]] ^ t[bytes[7]];
        }

        foreach (byte b in bytes)
            crc = t[(byte)crc ^ b] ^ (crc >> 8);

        return ~crc;
    }

    private static uint[] MakeTables()
    {
        const uint Polynomial = 0xEDB88320;
        uint[] tables = new uint[Slices << 8];
        for (uint b = 0; b < 256; b++)
        {
            uint x = b;
            for (int bit = 0; bit < 8; bit++)
                x = (x & 1) != 0 ? (x >> 1) ^ Polynomial : x >> 1;

            tables[b] = x;
        }

        for (int k = 1; k < Slices; k++)
        {
            for (int b = 0; b < 256; b++)
            {
                uint x = tables[((k - 1) << 8) | b];
                tables[(k << 8) | b] = tables[(byte)x] ^ (x >> 8);
            }
        }

        return tables;
    }
}
