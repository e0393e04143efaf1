using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace Toolkit.Cli.Serving;

/// <summary>
/// The i-PI protocol as bytes (M. Ceriotti et al., Comput. Phys. Commun. 185, 1019, 2014): headers of twelve characters, 32-bit
/// integers and 64-bit numbers, little-endian.
/// </summary>
/// <param name="stream">Both directions.</param>
internal sealed class IpiConnection(Stream stream)
{
    private const int HeaderLength = 12;

    // What a sane server sends: more is another protocol.
    private const int MostBytes = 1 << 30;

    /// <summary>The next header without its spaces; null: the server has closed the connection between messages.</summary>
    /// <exception cref="FailureException">It ends inside a header.</exception>
    public string? ReadHeader()
    {
        byte[] bytes = new byte[HeaderLength];
        int read = stream.ReadAtLeast(bytes, HeaderLength, throwOnEndOfStream: false);
        return read == 0 ? null
            : read == HeaderLength ? Encoding.ASCII.GetString(bytes).TrimEnd(' ', '\0')
            : throw Ended("a header");
    }

    /// <summary>A whole number.</summary>
    public int ReadInteger() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>The length of something that follows.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="size">Bytes of each.</param>
    public int ReadCount(string what, int size)
    {
        int count = ReadInteger();
        return count >= 0 && (long)count * size <= MostBytes ? count
            : throw new FailureException($"the server announces {count} {what}: no message of i-PI");
    }

    /// <summary>Numbers.</summary>
    public double[] ReadReals(int count)
    {
        byte[] bytes = Take(count * sizeof(double));
        double[] values = new double[count];
        for (int k = 0; k < count; k++)
            values[k] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(k * sizeof(double)));

        return values;
    }

    /// <summary>Bytes whose meaning does not matter.</summary>
    public void Skip(int count) => Take(count);

    /// <summary>Sends a header alone.</summary>
    public void Write(string header) => Send(new Message().Header(header));

    /// <summary>Sends the answer to a request for forces, in atomic units, in one piece.</summary>
    /// <param name="energy">Hartree.</param>
    /// <param name="forces"><c>[atom, xyz]</c>, Hartree/Bohr.</param>
    /// <param name="virial"><c>[xyz, xyz]</c>, Hartree; positive where the structure pushes outwards.</param>
    public void WriteForces(double energy, double[] forces, double[] virial) =>
        Send(new Message().Header("FORCEREADY").Reals(energy).Integer(forces.Length / 3).Reals(forces).Reals(virial).Integer(1)
            .Byte((byte)' '));

    private byte[] Take(int count)
    {
        byte[] bytes = new byte[count];
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes : throw Ended("a message");
    }

    private static FailureException Ended(string where) => new($"the server closed the connection inside {where}");

    private void Send(Message message)
    {
        stream.Write(message.Bytes);
        stream.Flush();
    }

    private sealed class Message
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

        public Message Header(string header)
        {
            _bytes.Write(Encoding.ASCII.GetBytes(header.PadRight(HeaderLength)));
            return this;
        }

        public Message Integer(int x)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, x);
            _bytes.Write(bytes);
            return this;
        }

        public Message Reals(params ReadOnlySpan<double> values)
        {
            Span<byte> bytes = stackalloc byte[sizeof(double)];
            foreach (double x in values)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, x);
                _bytes.Write(bytes);
            }

            return this;
        }

        public Message Byte(byte x)
        {
            _bytes.Write([x]);
            return this;
        }
    }
}
