using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansChat.Gateway.Json;

namespace OrleansChat.Gateway.Api.Answers;

/// <summary>Writes times as the wire has them: ISO 8601, UTC, with milliseconds.</summary>
internal sealed class WireTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.Parse(reader.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[WireTime.Length];
        WireTime.Format(value, text);
        writer.WriteStringValue(text);
    }
}

/// <summary>Writes events as they were encoded for the wire.</summary>
internal sealed class WireEventConverter : JsonConverter<WireEvent>
{
    public override WireEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("events are written and never read");

    public override void Write(Utf8JsonWriter writer, WireEvent value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Json.Span, skipInputValidation: true);
}
