# Never built by a Docker engine where it was written; its commands were run one by one over the files it copies.
#
#   docker build -f deploy/docker/silo.Dockerfile -t orleanschat-silo .

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What restoring needs, so that this layer lasts until a version changes.
COPY Directory.Build.props Directory.Packages.props .editorconfig ./
COPY Grains.Interfaces/Grains.Interfaces.csproj Grains.Interfaces/
COPY Grains/Grains.csproj Grains/
COPY Silo/Silo.csproj Silo/
RUN dotnet restore Silo
COPY eng/analyzers eng/analyzers
COPY Grains.Interfaces Grains.Interfaces
COPY Grains Grains
COPY Silo Silo
RUN dotnet publish Silo -c Release --no-restore -o /app

# No shell and no package manager; with ICU, for ids are normalised and compared.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app
COPY --from=build /app ./
ENV ASPNETCORE_URLS=http://+:8080 ASPNETCORE_HTTP_PORTS= Cluster__Mode=Postgres
USER $APP_UID
# Silos, gateways, health.
EXPOSE 11111 30000 8080
ENTRYPOINT ["dotnet", "OrleansChat.Silo.dll"]
