# Never built by a Docker engine where it was written; its commands were run one by one over the files it copies.
#
#   docker build -f deploy/docker/gateway.Dockerfile -t orleanschat-gateway .
#   docker run -p 5000:8080 -e Auth__Mode=Accounts -v orleanschat:/data orleanschat-gateway                by itself, with SQLite in the volume
#   docker run -p 5000:8080 -e Auth__Mode=Accounts -e Cluster__Mode=Postgres -e ConnectionStrings__Chat=… orleanschat-gateway

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What restoring needs, so that this layer lasts until a version changes.
COPY Directory.Build.props Directory.Packages.props .editorconfig ./
COPY Grains.Interfaces/Grains.Interfaces.csproj Grains.Interfaces/
COPY Grains/Grains.csproj Grains/
COPY Gateway/Gateway.csproj Gateway/
RUN dotnet restore Gateway
COPY eng/analyzers eng/analyzers
COPY Grains.Interfaces Grains.Interfaces
COPY Grains Grains
COPY Gateway Gateway
RUN dotnet publish Gateway -c Release --no-restore -o /app
# The volume's owner, for the image below has no shell to make it in.
RUN mkdir /data

# No shell and no package manager; with ICU, for ids are normalised and compared.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
ENV ASPNETCORE_URLS=http://+:8080 ASPNETCORE_HTTP_PORTS= Chat__DataDirectory=/data
USER $APP_UID
EXPOSE 8080
VOLUME /data
# As the process with the id 1, so that SIGTERM drains it: give it `docker stop --time 30`.
ENTRYPOINT ["dotnet", "OrleansChat.Gateway.dll"]
